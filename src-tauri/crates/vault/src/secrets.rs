//! The secrets of one connection, by name, and their only written form: the buffer that is about to be sealed.
//! Deliberately not `Serialize`: there is no way to write these in the clear by accident.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Secrets by field name, as `auth_token` or `refresh_token`. Names are not secret, values are: they print as
/// `[redacted]` and are wiped when dropped.
#[derive(Clone, Default)]
pub struct SecretMap(BTreeMap<String, SecretString>);

impl SecretMap {
    /// No secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `name`, giving back what it replaced.
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        value: impl Into<SecretString>,
    ) -> Option<SecretString> {
        self.0.insert(name.into(), value.into())
    }

    /// The secret called `name`, still closed.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// The secret called `name` in the clear, for the moment it goes to the wire.
    pub fn expose(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.expose_secret())
    }

    /// Takes `name` out.
    pub fn remove(&mut self, name: &str) -> Option<SecretString> {
        self.0.remove(name)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Names and closed secrets, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many secrets there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of the plain form.
    pub(crate) fn plain_len(&self) -> usize {
        self.iter().fold(4, |sum, (name, value)| {
            sum.saturating_add(8)
                .saturating_add(name.len())
                .saturating_add(value.expose_secret().len())
        })
    }

    /// The plain form, to be sealed at once: a count, then each name and value with its length before it, lengths as
    /// 32-bit big-endian. Own and tiny because a JSON writer grows its buffer and a JSON reader keeps scratch
    /// strings, and neither wipes what it leaves behind. `room` more bytes are reserved for the seal's tag.
    ///
    /// The caller has checked that [`plain_len`](Self::plain_len) is far below 4 GiB.
    pub(crate) fn to_plain(&self, room: usize) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(self.plain_len() + room));
        put_len(&mut plain, self.0.len());
        for (name, value) in self.iter() {
            put(&mut plain, name.as_bytes());
            put(&mut plain, value.expose_secret().as_bytes());
        }
        plain
    }

    /// Reads the plain form; `None` unless every byte is accounted for.
    pub(crate) fn from_plain(mut plain: &[u8]) -> Option<Self> {
        let count = take_len(&mut plain)?;
        let mut secrets = Self::new();
        for _ in 0..count {
            let name = take(&mut plain)?;
            let value = take(&mut plain)?;
            if secrets.insert(name, value).is_some() {
                return None;
            }
        }
        plain.is_empty().then_some(secrets)
    }
}

fn put_len(plain: &mut Vec<u8>, len: usize) {
    let len = u32::try_from(len).expect("the caller bounds the whole far below 4 GiB");
    plain.extend_from_slice(&len.to_be_bytes());
}

fn put(plain: &mut Vec<u8>, bytes: &[u8]) {
    put_len(plain, bytes.len());
    plain.extend_from_slice(bytes);
}

fn take_len(plain: &mut &[u8]) -> Option<usize> {
    let (head, rest) = plain.split_first_chunk::<4>()?;
    *plain = rest;
    usize::try_from(u32::from_be_bytes(*head)).ok()
}

fn take<'a>(plain: &mut &'a [u8]) -> Option<&'a str> {
    let len = take_len(plain)?;
    let (text, rest) = plain.split_at_checked(len)?;
    *plain = rest;
    std::str::from_utf8(text).ok()
}

impl fmt::Debug for SecretMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.names().map(|name| (name, format_args!("[redacted]")))).finish()
    }
}

impl<N: Into<String>, V: Into<SecretString>> FromIterator<(N, V)> for SecretMap {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<SecretString>> Extend<(N, V)> for SecretMap {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        for (name, value) in pairs {
            self.insert(name, value);
        }
    }
}

impl<N: Into<String>, V: Into<SecretString>, const COUNT: usize> From<[(N, V); COUNT]>
    for SecretMap
{
    fn from(pairs: [(N, V); COUNT]) -> Self {
        pairs.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_plain_form_needs_exactly_the_room_it_reserved() {
        let secrets = SecretMap::from([("auth_token", "a\"\\\n"), ("webhook_secret", "ключ")]);
        let plain = secrets.to_plain(16);
        assert_eq!(plain.len(), secrets.plain_len());
        assert!(
            plain.capacity() >= plain.len() + 16,
            "growing would leave an unwiped copy of the secrets behind"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = SecretMap::from_plain(&bytes);
        }

        #[test]
        fn a_plain_form_cut_short_or_drawn_out_is_refused(
            pairs in proptest::collection::btree_map("[a-z_]{1,12}", ".{0,40}", 1..5),
            cut in any::<proptest::sample::Index>(),
        ) {
            let secrets: SecretMap = pairs.into_iter().collect();
            let plain = secrets.to_plain(0);
            prop_assert!(SecretMap::from_plain(&plain[..cut.index(plain.len())]).is_none());
            let mut longer = plain.to_vec();
            longer.push(0);
            prop_assert!(SecretMap::from_plain(&longer).is_none());
        }
    }
}
