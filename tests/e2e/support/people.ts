/** Practice recipients, by what happens to what is sent to them. Nobody has these numbers or addresses. */
export const people = {
  /** Delivered within a second or two. */
  grace: '+1 555 555 0100',
  ada: '+1 555 555 0101',
  mary: '+1 555 555 0102',
  /** Answers "opted out". */
  stopped: '+1 555 555 0151',
  /** A country that is not switched on for the account. */
  abroad: '+1 555 555 0153',
  /** The number is not valid. */
  invalid: '+1 555 555 0150',
  /** The text is refused. */
  wording: '+1 555 555 0157',
  /** Reset, and nothing was accepted. */
  reset: '+1 555 555 0165',
  /** Accepted, then undelivered: a landline. */
  landline: '+1 555 555 0183',
} as const;

export const mailboxes = {
  delivered: 'delivered@practice.example',
  /** Nobody has this address. */
  bounced: 'bounced@practice.example',
  /** The mail server took it and then hung up: whether it counts is unknown and cannot be asked. */
  lost: 'reset-after@practice.example',
  spam: 'spam@practice.example',
} as const;
