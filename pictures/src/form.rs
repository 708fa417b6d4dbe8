//! The form that a browser posts a file to S3 with: S3 takes it because its policy is signed, and takes no more than the
//! policy says (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html>).

use aws_credential_types::Credentials;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::pictures::{MOST_BYTES, PictureType};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;

/// How long a form may be posted.
const MINUTES: i64 = 10;
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs, and for where.
pub(crate) struct Signer<'a> {
    pub credentials: &'a Credentials,
    pub region: &'a str,
    pub bucket: &'a str,
}

/// The fields of a form that posts one file of this type under this key, before its time is up. The file itself comes last, as
/// `file`.
pub(crate) fn fields(signer: &Signer, key: &str, media: PictureType, now: Timestamp) -> BTreeMap<&'static str, String> {
    let Signer { credentials, region, bucket } = signer;
    let day = now.strftime("%Y%m%d").to_string();
    let mut fields = BTreeMap::from([
        ("Content-Type", media.media().to_owned()),
        ("key", key.to_owned()),
        ("x-amz-algorithm", ALGORITHM.to_owned()),
        ("x-amz-credential", format!("{}/{day}/{region}/s3/aws4_request", credentials.access_key_id())),
        ("x-amz-date", now.strftime("%Y%m%dT%H%M%SZ").to_string()),
    ]);
    // A Lambda's credentials are for some hours and say so by a token.
    if let Some(token) = credentials.session_token() {
        fields.insert("x-amz-security-token", token.to_owned());
    }
    let mut conditions = vec![json!({ "bucket": bucket }), json!(["content-length-range", 1, MOST_BYTES])];
    conditions.extend(fields.iter().map(|(name, value)| json!({ *name: value })));
    let expiration = (now + SignedDuration::from_mins(MINUTES)).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let policy = STANDARD.encode(json!({ "expiration": expiration, "conditions": conditions }).to_string());
    let signature = signature(credentials.secret_access_key(), &day, region, &policy);
    fields.extend([("policy", policy), ("x-amz-signature", signature)]);
    fields
}

/// The signature of a form's policy, which is in base64; `day` is that of the credential, such as `20261121`.
pub fn signature(secret: &str, day: &str, region: &str, policy: &str) -> String {
    let sign = |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    let mut key = sign(format!("AWS4{secret}").as_bytes(), day);
    for part in [region, "s3", "aws4_request"] {
        key = sign(key.as_ref(), part);
    }
    sign(key.as_ref(), policy).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn form(credentials: &Credentials) -> BTreeMap<&'static str, String> {
        let signer = Signer { credentials, region: "eu-central-1", bucket: "guestlist-prod-pictures" };
        fields(&signer, "uploads/evt_1/upl_1", PictureType::Png, "2026-11-21T12:00:00Z".parse().unwrap())
    }

    fn policy(form: &BTreeMap<&'static str, String>) -> Value {
        serde_json::from_slice(&STANDARD.decode(&form["policy"]).unwrap()).unwrap()
    }

    /// The example of AWS's own page (see above): its policy with its line ends and all, and the signature that it says.
    #[test]
    fn the_signature_is_the_one_of_the_documentation() {
        let policy = "\
eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1w\
bGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAg\
IHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2Fk\
Lmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUx\
MjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXot\
bWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3\
czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlU\
MDAwMDAwWiIgfQ0KICBdDQp9";
        let expected = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e";
        assert_eq!(signature(SECRET, "20151229", "us-east-1", policy), expected);
    }

    #[test]
    fn the_policy_holds_every_field_of_the_form_and_the_size() {
        let form = form(&Credentials::new("AKIDEXAMPLE", SECRET, Some("token".to_owned()), None, "test"));
        let policy = policy(&form);
        assert_eq!(policy["expiration"], "2026-11-21T12:10:00.000Z");
        let conditions = policy["conditions"].as_array().unwrap();
        assert!(conditions.contains(&json!({ "bucket": "guestlist-prod-pictures" })));
        assert!(conditions.contains(&json!(["content-length-range", 1, 10_485_760])));
        // S3 refuses a field that the policy doesn't name.
        for (name, value) in form.iter().filter(|(name, _)| !["policy", "x-amz-signature"].contains(*name)) {
            assert!(conditions.contains(&json!({ *name: value })), "{name} is not in {policy}");
        }
        assert_eq!(form["x-amz-credential"], "AKIDEXAMPLE/20261121/eu-central-1/s3/aws4_request");
        assert_eq!(form["x-amz-security-token"], "token");
        assert_eq!(form["Content-Type"], "image/png");
    }

    #[test]
    fn another_secret_day_or_policy_signs_otherwise() {
        let form = form(&Credentials::from_keys("AKIDEXAMPLE", SECRET, None));
        assert!(!form.contains_key("x-amz-security-token"));
        let same = signature(SECRET, "20261121", "eu-central-1", &form["policy"]);
        assert_eq!(same, form["x-amz-signature"]);
        for other in [
            signature("another", "20261121", "eu-central-1", &form["policy"]),
            signature(SECRET, "20261122", "eu-central-1", &form["policy"]),
            signature(SECRET, "20261121", "us-east-1", &form["policy"]),
            signature(SECRET, "20261121", "eu-central-1", &form["policy"][1..]),
        ] {
            assert_ne!(other, same);
        }
    }
}
