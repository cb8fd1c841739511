/** The words of the vault. */
export const vaultText = {
  say: 'Credentials are sealed; one key opens them, and it is kept apart from them.',
  reading: 'Reading the vault',
  open: 'Open the vault with',
  keep: 'Keep credentials beyond this session with',
  ways: {
    passphrase: {
      label: 'A passphrase',
      hint: 'Asked for at each start. If this home has one already, enter that; else what you enter becomes it.',
    },
    keyring: { label: 'The keyring of this computer', hint: 'Opens by itself when you sign in.' },
    session: { label: 'Memory only', hint: 'Each line signs in again after the next start.' },
  },
  passphrase: 'Passphrase',
  passphraseHint: 'Nobody can recover it. Without it each line signs in again.',
  openNow: 'Open the vault',
  keepNow: 'Keep them',
} as const;
