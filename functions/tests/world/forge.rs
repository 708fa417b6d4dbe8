use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Writes a JWT by hand (RFC 7515, section 7.1), as somebody would who doesn't keep to the rules.
pub fn jwt(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The header or the claims of a token.
pub fn part(token: &str, at: usize) -> Value {
    let text = token.split('.').nth(at).expect("a token of three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// The same token with a signature by a key that isn't ours.
pub fn by_another_key(token: &str) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    jwt(&part(token, 0), &part(token, 1), |bytes| pair.sign(bytes).as_ref().to_vec())
}

/// The same claims, signed by nobody: `alg` is `none` (RFC 7519, section 6).
pub fn unsigned(token: &str) -> String {
    let mut header = part(token, 0);
    header["alg"] = json!("none");
    jwt(&header, &part(token, 1), |_| vec![])
}

/// The same claims with the public key as the secret of an HMAC (RFC 8725, section 2.1).
pub fn hmac_by_public_key(token: &str, public_key: &[u8]) -> String {
    let mut header = part(token, 0);
    header["alg"] = json!("HS256");
    let key = hmac::Key::new(hmac::HMAC_SHA256, public_key);
    jwt(&header, &part(token, 1), |bytes| hmac::sign(&key, bytes).as_ref().to_vec())
}

/// The same signature under other claims.
pub fn with_claim(token: &str, name: &str, value: Value) -> String {
    let mut claims = part(token, 1);
    claims[name] = value;
    let signature = token.rsplit('.').next().expect("a signature");
    let signed = jwt(&part(token, 0), &claims, |_| vec![]);
    format!("{signed}{signature}")
}
