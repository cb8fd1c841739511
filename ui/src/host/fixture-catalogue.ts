/** The providers as the core's catalogue describes them. Never in a production bundle. */
import type { ProviderField, ProviderInfo } from '@/api/generated';

type Few = Pick<ProviderField, 'key' | 'label' | 'hint' | 'example'> & Partial<ProviderField>;

function field(few: Few): ProviderField {
  const secret = few.secret ?? false;
  return {
    pattern: null,
    required: true,
    secret,
    kind: secret ? 'password' : 'text',
    choices: null,
    ...few,
  };
}

export const catalogue: ProviderInfo[] = [
  {
    key: 'twilio',
    name: 'Twilio',
    channel: 'sms',
    multiple: true,
    environments: ['production', 'sandbox', 'practice', 'custom'],
    webhook: true,
    docs_url: 'https://www.twilio.com/docs',
    fields: [
      field({
        key: 'account_sid',
        label: 'Account SID',
        hint: 'On the first page of the Twilio console; it begins with AC',
        example: 'AC00000000000000000000000000000001',
        pattern: '^AC[0-9a-fA-F]{32}$',
      }),
      field({
        key: 'auth_token',
        label: 'Auth token',
        hint: 'Below the account SID in the Twilio console',
        example: '32 letters and digits',
        secret: true,
      }),
      field({
        key: 'from',
        label: 'From',
        hint: 'The number, short code or name to send from; leave empty with a messaging service',
        example: '+15550100100',
        required: false,
        kind: 'phone',
      }),
      field({
        key: 'messaging_service_sid',
        label: 'Messaging service SID',
        hint: 'In place of From: a service that chooses the number; it begins with MG',
        example: 'MG00000000000000000000000000000001',
        pattern: '^MG[0-9a-fA-F]{32}$',
        required: false,
      }),
    ],
  },
  {
    key: 'resend',
    name: 'Resend',
    channel: 'email',
    multiple: false,
    environments: ['production', 'sandbox', 'practice', 'custom'],
    webhook: true,
    docs_url: 'https://resend.com/docs',
    fields: [
      field({
        key: 'api_key',
        label: 'API key',
        hint: 'Made at resend.com/api-keys; it begins with re_',
        example: 're_…',
        secret: true,
      }),
      field({
        key: 'from',
        label: 'From',
        hint: 'The address to send from, on a domain that is verified at Resend',
        example: 'Corner Barber <desk@barber.example>',
        kind: 'email',
      }),
      field({
        key: 'webhook_secret',
        label: 'Webhook signing secret',
        hint: 'Shown at resend.com/webhooks once the webhook is made; it begins with whsec_',
        example: 'whsec_…',
        required: false,
        secret: true,
      }),
    ],
  },
  {
    key: 'smtp',
    name: 'Mail server (SMTP)',
    channel: 'email',
    multiple: true,
    environments: ['production', 'practice', 'custom'],
    webhook: false,
    docs_url: 'https://www.rfc-editor.org/rfc/rfc8314',
    fields: [
      field({
        key: 'host',
        label: 'Host',
        hint: 'The mail provider calls it outgoing server or SMTP server',
        example: 'smtp.example.com',
      }),
      field({
        key: 'port',
        label: 'Port',
        hint: '465 with TLS, 587 with STARTTLS; empty for that',
        example: '465',
        pattern: '^[0-9]{1,5}$',
        required: false,
        kind: 'number',
      }),
      field({
        key: 'tls',
        label: 'Encryption',
        hint: 'TLS from the start, or STARTTLS; none only for a server on this computer',
        example: 'tls',
        required: false,
        kind: 'choice',
        choices: ['tls', 'starttls', 'none'],
      }),
      field({
        key: 'username',
        label: 'User name',
        hint: 'Often the whole mail address; empty when the server wants no sign-in',
        example: 'desk@barber.example',
        required: false,
      }),
      field({
        key: 'password',
        label: 'Password',
        hint: 'Many providers want an app password here, not the ordinary one',
        example: '16 letters',
        required: false,
        secret: true,
      }),
      field({
        key: 'from',
        label: 'From',
        hint: 'The address to send from; it must belong to the account',
        example: 'Corner Barber <desk@barber.example>',
        kind: 'email',
      }),
      field({
        key: 'ca_file',
        label: 'CA file',
        hint: 'Only for a server with a certificate of your own: the PEM file that vouches for it',
        example: '/etc/ssl/own-ca.pem',
        required: false,
      }),
    ],
  },
];
