//! Passwords at rest: Argon2id with the first parameters that OWASP recommends (19 MiB, 2 iterations, 1 lane;
//! <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::text::Password;
use kit::{Chance, Error, Result};

const MEMORY_KIB: u32 = 19_456;
const ITERATIONS: u32 = 2;
const LANES: u32 = 1;

/// The hash of a password that nobody has, with the same parameters: no password matches it, and that takes as long.
pub const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, ITERATIONS, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password, off the async threads: it takes some 20 ms of CPU on purpose.
///
/// # Errors
/// None that the input could cause.
pub async fn hash_password(password: Password, chance: &Chance) -> Result<String> {
    let salt = chance.bytes()?;
    let hashed = tokio::task::spawn_blocking(move || {
        let hash = argon2()?.hash_password_with_salt(password.as_str().as_bytes(), &salt[..16]);
        hash.map(|hash| hash.to_string()).map_err(Error::internal)
    });
    hashed.await.map_err(Error::internal)?
}

/// Whether a password is the one that was hashed. With `None`, for an account that doesn't exist, it takes as long and is
/// false.
///
/// # Errors
/// The stored hash can't be read.
pub async fn password_matches(password: Password, hash: Option<String>) -> Result<bool> {
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODYS_HASH.to_owned());
    let matched = tokio::task::spawn_blocking(move || {
        match argon2()?.verify_password(password.as_str().as_bytes(), hash.as_str()) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(Error::internal(error)),
        }
    });
    Ok(matched.await.map_err(Error::internal)?? && known)
}
