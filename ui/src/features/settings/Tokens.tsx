/** Tokens of other programs. A new one is shown once. */
import { useState } from 'react';
import type { ResultOf, Token } from '@/api/generated';
import { useNow } from '@/app/clock';
import { useCommand, useFormat, useMutate } from '@/app/queries';
import { errorAt, errorBeside, refusalText } from '@/app/refusal';
import {
  Button,
  ConfirmDialog,
  CopyButton,
  ErrorState,
  Note,
  SkeletonRows,
  Table,
  TextField,
  toast,
} from '@/components';
import { Part } from './parts';
import styles from './Settings.module.css';
import { settingsText } from './text';

const t = settingsText.tokens;

function Create() {
  const create = useMutate('token_create');
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<ResultOf<'token_create'> | null>(null);
  const beside = errorBeside(create.error, ['name']);
  const submit = () => {
    setTried(true);
    if (name.trim() === '') return;
    create.mutate(
      { name: name.trim() },
      {
        onSuccess: (token) => {
          setMade(token);
          setName('');
          setTried(false);
          // The answer must not stay in memory longer than on screen.
          create.reset();
        },
      },
    );
  };
  if (made !== null) {
    return (
      <div className={styles.token} role="status">
        <h3>{t.newToken(made.name)}</h3>
        <p className="ink2">{t.once}</p>
        <span className={styles.secret}>
          <code className="mono">{made.token}</code>
          <CopyButton text={made.token} label={t.copy} />
        </span>
        <Button size="sm" onClick={() => setMade(null)}>
          {t.done}
        </Button>
      </div>
    );
  }
  return (
    <form
      className={styles.row}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label={t.name}
        hint={t.nameHint}
        value={name}
        autoComplete="off"
        onChange={(text) => {
          create.reset();
          setName(text);
        }}
        error={errorAt(create.error, 'name') ?? (tried && name.trim() === '' ? t.needed : null)}
      />
      <span className={styles.beside}>
        <Button type="submit" busy={create.isPending}>
          {t.create}
        </Button>
      </span>
      {beside !== null && (
        <Note signal="danger" role="alert">
          {refusalText(beside)}
        </Note>
      )}
    </form>
  );
}

export function Tokens() {
  const { data, error, isFetching, refetch } = useCommand('tokens', {});
  const revoke = useMutate('token_revoke');
  const [asking, setAsking] = useState<Token | null>(null);
  const format = useFormat();
  const now = useNow();
  return (
    <Part id="tokens" say={t.say}>
      <Create />
      {data === undefined ? (
        error === null ? (
          <SkeletonRows label={t.reading} rows={2} />
        ) : (
          <ErrorState
            error={error}
            title={t.failed}
            onRetry={() => void refetch()}
            busy={isFetching}
            compact
          />
        )
      ) : data.items.length === 0 ? (
        <p className="ink3">{t.none}</p>
      ) : (
        <Table
          label={t.label}
          rows={data.items}
          rowKey={(token) => token.id}
          columns={[
            { key: 'name', header: t.columns.name, rowHeader: true, render: (k) => k.name },
            { key: 'made', header: t.columns.made, render: (k) => format.when(k.created_at, now) },
            {
              key: 'used',
              header: t.columns.used,
              render: (k) =>
                k.last_used === null ? (
                  <span className="ink3">{t.never}</span>
                ) : (
                  format.when(k.last_used, now)
                ),
            },
            {
              key: 'action',
              header: <span className="vh">{t.columns.action}</span>,
              align: 'end',
              render: (k) => (
                <Button
                  size="sm"
                  variant="quiet"
                  aria-label={t.revokeOf(k.name)}
                  onClick={() => setAsking(k)}
                >
                  {t.revoke}
                </Button>
              ),
            },
          ]}
        />
      )}
      <ConfirmDialog
        open={asking !== null}
        onClose={() => setAsking(null)}
        title={t.revokeTitle(asking?.name ?? '')}
        confirm={t.revoke}
        variant="danger"
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => {
          if (asking === null) return;
          revoke.mutate(
            { id: asking.id },
            {
              onSuccess: () => {
                toast({ text: t.revoked(asking.name) });
                setAsking(null);
              },
            },
          );
        }}
      >
        <p className="prose">{t.revokeSay}</p>
      </ConfirmDialog>
    </Part>
  );
}
