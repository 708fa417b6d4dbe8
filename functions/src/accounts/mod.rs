//! Users and how they sign in.

pub mod change_password;
pub mod issue_tokens;
pub mod password;
pub mod read_me;
pub mod read_signing_keys;
pub mod read_user;
pub mod refresh_tokens;
pub mod register_user;
pub mod request_email_verification;
pub mod request_password_reset;
pub mod reset_password;
pub mod revoke_tokens;
mod session;
pub mod unsubscribe;
pub mod update_me;
pub mod verify_email;
mod views;

pub use session::{Session, SessionReply};
pub use views::{Me, Notice, PublicUser};
