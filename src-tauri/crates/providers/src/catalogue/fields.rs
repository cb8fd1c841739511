//! The list itself, as data.

use signalbox_domain::{Channel, Environment};

use super::{Field, FieldKind, ProviderInfo};

const TEXT: Field = Field {
    key: "",
    label: "",
    hint: "",
    example: "",
    pattern: None,
    required: true,
    secret: false,
    kind: FieldKind::Text,
    choices: None,
};
const SECRET: Field = Field { secret: true, kind: FieldKind::Password, ..TEXT };

pub(super) const PROVIDERS: &[ProviderInfo] = &[
    ProviderInfo {
        key: "twilio",
        name: "Twilio",
        channel: Channel::Sms,
        multiple: true,
        environments: &[
            Environment::Production,
            Environment::Sandbox,
            Environment::Practice,
            Environment::Custom,
        ],
        fields: &[
            Field {
                key: "account_sid",
                label: "Account SID",
                hint: "On the first page of the Twilio console; it begins with AC",
                example: "AC00000000000000000000000000000001",
                pattern: Some("^AC[0-9a-fA-F]{32}$"),
                ..TEXT
            },
            Field {
                key: "auth_token",
                label: "Auth token",
                hint: "Below the account SID in the Twilio console",
                example: "32 letters and digits",
                ..SECRET
            },
            Field {
                key: "from",
                label: "From",
                hint: "The number, short code or name to send from; leave empty with a messaging service",
                example: "+15550100100",
                required: false,
                kind: FieldKind::Phone,
                ..TEXT
            },
            Field {
                key: "messaging_service_sid",
                label: "Messaging service SID",
                hint: "In place of From: a service that chooses the number; it begins with MG",
                example: "MG00000000000000000000000000000001",
                pattern: Some("^MG[0-9a-fA-F]{32}$"),
                required: false,
                ..TEXT
            },
        ],
        webhook: true,
        docs_url: "https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account",
        hosts: &["twilio.com"],
        api: Some("https://api.twilio.com"),
    },
    ProviderInfo {
        key: "resend",
        name: "Resend",
        channel: Channel::Email,
        multiple: false,
        environments: &[
            Environment::Production,
            Environment::Sandbox,
            Environment::Practice,
            Environment::Custom,
        ],
        fields: &[
            Field {
                key: "api_key",
                label: "API key",
                hint: "Made at resend.com/api-keys; it begins with re_",
                example: "re_…",
                ..SECRET
            },
            Field {
                key: "from",
                label: "From",
                hint: "The address to send from, on a domain that is verified at Resend",
                example: "Corner Barber <desk@barber.example>",
                kind: FieldKind::Email,
                ..TEXT
            },
            Field {
                key: "webhook_secret",
                label: "Webhook signing secret",
                hint: "Shown at resend.com/webhooks once the webhook is made; it begins with whsec_",
                example: "whsec_…",
                required: false,
                ..SECRET
            },
        ],
        webhook: true,
        docs_url: "https://resend.com/docs/dashboard/api-keys/introduction",
        hosts: &["resend.com"],
        api: Some("https://api.resend.com"),
    },
    ProviderInfo {
        key: "smtp",
        name: "Mail server (SMTP)",
        channel: Channel::Email,
        multiple: true,
        environments: &[Environment::Production, Environment::Practice, Environment::Custom],
        fields: &[
            Field {
                key: "host",
                label: "Host",
                hint: "The mail provider calls it outgoing server or SMTP server",
                example: "smtp.example.com",
                ..TEXT
            },
            Field {
                key: "port",
                label: "Port",
                hint: "465 with TLS, 587 with STARTTLS; empty for that",
                example: "465",
                pattern: Some("^[0-9]{1,5}$"),
                required: false,
                kind: FieldKind::Number,
                ..TEXT
            },
            Field {
                key: "tls",
                label: "Encryption",
                hint: "TLS from the start, or STARTTLS; none only for a server on this computer",
                example: "tls",
                required: false,
                kind: FieldKind::Choice,
                choices: Some(&["tls", "starttls", "none"]),
                ..TEXT
            },
            Field {
                key: "username",
                label: "User name",
                hint: "Often the whole mail address; empty when the server wants no sign-in",
                example: "desk@barber.example",
                required: false,
                ..TEXT
            },
            Field {
                key: "password",
                label: "Password",
                hint: "Many providers want an app password here, not the ordinary one",
                example: "16 letters",
                required: false,
                ..SECRET
            },
            Field {
                key: "from",
                label: "From",
                hint: "The address to send from; it must belong to the account",
                example: "Corner Barber <desk@barber.example>",
                kind: FieldKind::Email,
                ..TEXT
            },
            Field {
                key: "ca_file",
                label: "CA file",
                hint: "Only for a server with a certificate of your own: the PEM file that vouches for it",
                example: "/etc/ssl/own-ca.pem",
                required: false,
                ..TEXT
            },
        ],
        webhook: false,
        docs_url: "https://www.rfc-editor.org/rfc/rfc8314",
        hosts: &[],
        api: None,
    },
];
