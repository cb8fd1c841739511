//! Signatures of deliveries: the genuine ones and every kind of tampering.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::settings::Secrets;
use crate::webhook::{Delivery, Rejected, verify};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    id: String,
    timestamp: i64,
    body: String,
    signature: String,
    wrong: Option<String>,
    several: Option<String>,
}

fn vectors() -> Vec<Vector> {
    let text = include_str!("../fixtures/signatures.json");
    serde_json::from_str::<Vectors>(text).expect("the fixture is valid").vectors
}

#[derive(Clone)]
struct Parcel {
    secret: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    received_at: DateTime<Utc>,
}

impl Parcel {
    fn of(vector: &Vector, family: &str) -> Self {
        let header = |name: &str, value: String| (format!("{family}-{name}"), value);
        Self {
            secret: vector.secret.clone(),
            headers: vec![
                header("id", vector.id.clone()),
                header("timestamp", vector.timestamp.to_string()),
                header("signature", vector.signature.clone()),
            ],
            body: vector.body.clone().into_bytes(),
            received_at: DateTime::from_timestamp(vector.timestamp, 0).expect("an instant"),
        }
    }

    fn verify_with(&self, pairs: &[(&str, &str)]) -> Result<(), Rejected> {
        let delivery = Delivery {
            method: "POST",
            public_url: "https://hooks.example/api/webhooks/communications/resend",
            headers: &self.headers,
            body: &self.body,
            received_at: self.received_at,
        };
        let secrets: Secrets = pairs.iter().copied().collect();
        verify("resend", &secrets, &delivery)
    }

    fn verify(&self) -> Result<(), Rejected> {
        self.verify_with(&[("webhook_secret", &self.secret)])
    }

    fn set(&mut self, name: &str, value: &str) {
        let header = self.headers.iter_mut().find(|(key, _)| key == name);
        header.expect("the header is there").1 = value.to_owned();
    }
}

fn genuine() -> Parcel {
    Parcel::of(&vectors()[1], "svix")
}

#[test]
fn every_published_vector_verifies_under_both_families_of_headers() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 3);
    for vector in &vectors {
        for family in ["svix", "webhook"] {
            let mut parcel = Parcel::of(vector, family);
            assert_eq!(parcel.verify(), Ok(()), "{} {family}", vector.name);
            if let Some(several) = &vector.several {
                parcel.set(&format!("{family}-signature"), several);
                assert_eq!(parcel.verify(), Ok(()), "one of several is enough");
            }
            if let Some(wrong) = &vector.wrong {
                parcel.set(&format!("{family}-signature"), wrong);
                assert_eq!(parcel.verify(), Err(Rejected::Mismatch), "{}", vector.name);
            }
        }
    }
}

#[test]
fn whatever_is_changed_on_the_way_is_noticed() {
    type Spoil = fn(&mut Parcel);
    let cases: &[(&str, Spoil)] = &[
        ("another body", |p| p.body = b"{\"test\": 2432232315}".to_vec()),
        ("a line end behind the body", |p| p.body.push(b'\n')),
        ("the body tidied", |p| p.body = b"{\"test\":2432232314}".to_vec()),
        ("no body", |p| p.body.clear()),
        ("another id", |p| p.set("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJel")),
        ("a second later", |p| p.set("svix-timestamp", "1614265331")),
        ("the same time in another spelling", |p| p.set("svix-timestamp", "01614265330")),
        ("another version", |p| {
            p.set("svix-signature", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        }),
        ("no version", |p| p.set("svix-signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")),
        ("half a signature", |p| p.set("svix-signature", "v1,g0hM9SsE+OTPJTGt")),
        ("an empty signature", |p| p.set("svix-signature", "v1,")),
        ("not base64", |p| p.set("svix-signature", "v1,%%%")),
        ("another secret", |p| p.secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into()),
    ];
    assert!(cases.len() >= 12);
    for (what, spoil) in cases {
        let mut parcel = genuine();
        assert_eq!(parcel.verify(), Ok(()));
        spoil(&mut parcel);
        assert_eq!(parcel.verify(), Err(Rejected::Mismatch), "{what} was not noticed");
    }
}

#[test]
fn a_delivery_is_only_good_for_five_minutes_either_way() {
    for (seconds, verdict) in [
        (0, Ok(())),
        (300, Ok(())),
        (-300, Ok(())),
        (301, Err(Rejected::Stale)),
        (-301, Err(Rejected::Stale)),
        (i64::from(u32::MAX), Err(Rejected::Stale)),
    ] {
        let mut parcel = genuine();
        parcel.received_at += TimeDelta::seconds(seconds);
        assert_eq!(parcel.verify(), verdict, "{seconds}");
    }
    for nonsense in ["soon", "1.5", "99999999999999999999"] {
        let mut parcel = genuine();
        parcel.set("svix-timestamp", nonsense);
        assert_eq!(parcel.verify(), Err(Rejected::Malformed), "{nonsense:?}");
    }
}

#[test]
fn headers_of_two_families_are_not_mixed() {
    for missing in 0..3 {
        let mut parcel = genuine();
        let (name, value) = parcel.headers.remove(missing);
        assert_eq!(parcel.verify(), Err(Rejected::Missing), "{name}");
        parcel.headers.push((name.replace("svix", "webhook"), value));
        assert_eq!(parcel.verify(), Err(Rejected::Missing), "{name} from the other family");
    }
}

#[test]
fn a_secret_is_read_the_way_people_paste_it_and_outlives_its_rotation() {
    let parcel = genuine();
    let bare = parcel.secret.trim_start_matches("whsec_").to_owned();
    for secret in [bare.clone(), format!(" {} ", parcel.secret)] {
        assert_eq!(parcel.verify_with(&[("webhook_secret", &secret)]), Ok(()), "{secret:?}");
    }
    let new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    assert_eq!(
        parcel.verify_with(&[("webhook_secret", new), ("webhook_secret_previous", &bare)]),
        Ok(())
    );
    for nothing in ["", "whsec_", "whsec_%%%"] {
        let told = parcel.verify_with(&[("webhook_secret", nothing)]);
        assert_eq!(told, Err(Rejected::NoSecret), "an empty key would sign for everybody");
    }
    assert_eq!(parcel.verify_with(&[]), Err(Rejected::NoSecret));
}

#[test]
fn a_secret_without_its_padding_still_verifies() {
    let mut parcel = genuine();
    for (secret, signature) in [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "v1,LVOXivKoo4FWasi/IaHvzhE/u+7/cu2AME+zS/nXqzk="),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr", "v1,yK2tMbA6BHPrMEJ1lLv7UlJJbgFoqGenJkiajZ29evg="),
    ] {
        parcel.secret = secret.into();
        parcel.set("svix-signature", signature);
        assert_eq!(parcel.verify(), Ok(()), "{secret}");
    }
}
