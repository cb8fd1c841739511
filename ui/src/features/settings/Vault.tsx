/** Where the key to the credentials lives, and how to open the vault when it is not at hand. */
import { useState } from 'react';
import type { VaultArgs } from '@/api/generated';
import { useMutate, useStatus } from '@/app/queries';
import { errorAt, errorBeside, refusalText, sentence } from '@/app/refusal';
import { Aspect, Button, Note, Radios, SkeletonRows, TextField } from '@/components';
import { Part } from './parts';
import styles from './Settings.module.css';
import { vaultText as t } from './vault-text';

type Way = VaultArgs['mode'];

export function Vault() {
  const vault = useStatus()?.vault;
  if (vault === undefined) {
    return (
      <Part id="vault">
        <SkeletonRows label={t.reading} rows={2} />
      </Part>
    );
  }
  const locked = vault.mode === 'locked';
  return (
    <Part id="vault" say={t.say}>
      <Aspect signal={locked ? 'danger' : 'clear'} word={sentence(vault.say)} />
      {(locked || vault.mode === 'session') && <Ways key={vault.mode} locked={locked} />}
    </Part>
  );
}

/** Memory is offered only while there is nothing better: what lives in memory already need not choose it. */
function Ways({ locked }: { locked: boolean }) {
  const open = useMutate('vault_open');
  const [mode, setMode] = useState<Way>('passphrase');
  const [passphrase, setPassphrase] = useState('');
  const ways: readonly Way[] = locked ? ['passphrase', 'keyring', 'session'] : ['passphrase', 'keyring'];
  const beside = errorBeside(open.error, ['passphrase']);
  return (
    <form
      className={styles.stack}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (open.isPending) return;
        open.mutate(mode === 'passphrase' ? { mode, passphrase } : { mode }, {
          // Never kept longer than it is needed.
          onSuccess: () => setPassphrase(''),
        });
      }}
    >
      <Radios
        label={locked ? t.open : t.keep}
        options={ways.map((value) => ({ value, ...t.ways[value] }))}
        value={mode}
        onChange={(value) => {
          open.reset();
          setMode(value);
        }}
        disabled={open.isPending}
      />
      {mode === 'passphrase' && (
        <TextField
          type="password"
          label={t.passphrase}
          hint={t.passphraseHint}
          value={passphrase}
          autoComplete="current-password"
          onChange={(text) => {
            open.reset();
            setPassphrase(text);
          }}
          error={errorAt(open.error, 'passphrase')}
        />
      )}
      <Button type="submit" variant="primary" busy={open.isPending}>
        {locked ? t.openNow : t.keepNow}
      </Button>
      {beside !== null && (
        <Note signal="danger" role="alert">
          {refusalText(beside)}
        </Note>
      )}
    </form>
  );
}
