//! Signed status callbacks, each written before the watch runs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::client::Post;
use crate::house::{ACCOUNT, House, TOKEN};

/// Where Twilio is told to send them.
pub(crate) const PATH: &str = "/api/webhooks/twilio";

/// Makes deliveries, no two alike.
pub(crate) struct Posts {
    url: String,
    host: String,
    made: usize,
    /// How many of them were not repetitions.
    pub(crate) new: usize,
}

impl Posts {
    pub(crate) fn signed_for(house: &House) -> Self {
        let base = house.url();
        let host = base.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { url: format!("{}{PATH}", base.trim_end_matches('/')), host, made: 0, new: 0 }
    }

    /// So many; one in `repeated` is the one before it once more.
    pub(crate) fn some(&mut self, many: usize, repeated: usize) -> Vec<Post> {
        let mut list: Vec<Post> = Vec::with_capacity(many);
        for n in 0..many {
            match list.last() {
                Some(last) if n % repeated == repeated - 1 => list.push(last.clone()),
                _ => list.push(self.next()),
            }
        }
        list
    }

    fn next(&mut self) -> Post {
        self.made += 1;
        self.new += 1;
        let sid = format!("SM{:032x}", self.made);
        let to = format!("+1555{:07}", self.made % 10_000_000);
        // Sorted by name, as they are signed.
        let fields = [
            ("AccountSid", ACCOUNT),
            ("ApiVersion", "2010-04-01"),
            ("From", "+15550100100"),
            ("MessageSid", &sid),
            ("MessageStatus", "delivered"),
            ("SmsSid", &sid),
            ("SmsStatus", "delivered"),
            ("To", &to),
        ];
        let mut signed = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).expect("any length");
        signed.update(self.url.as_bytes());
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            signed.update(name.as_bytes());
            signed.update(value.as_bytes());
            body.append_pair(name, value);
        }
        let (signature, body) = (STANDARD.encode(signed.finalize().into_bytes()), body.finish());
        let post = format!(
            "POST {PATH} HTTP/1.1\r\nHost: {}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n\
             Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\
             X-Twilio-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        Post::from(post.into_bytes())
    }
}
