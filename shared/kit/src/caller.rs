//! Who may call a route, and who calls it.

use crate::{Access, Error, Result, Token};
use domain::refusal::Refusal;

/// Who may call a route: enough to derive who must be refused. The fields are those of the path that hold the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Everybody; a token is not looked at.
    Anyone,
    /// Everybody; who has a token is known by it.
    AnyoneOrUser,
    /// Who is signed in.
    User,
    /// Who is signed in and has shown that their address is theirs.
    Verified,
    /// The organizer of the event in that field.
    OrganizerOf(&'static str),
    /// The one to whom the thing in that field belongs, or the organizer of its event.
    OwnerOf(&'static str),
    /// Who holds the ticket in that field: its owner, its event's organizer, or whoever has the ticket's own key.
    HolderOf(&'static str),
    /// Who stands at the door of the event in that field: with a door pass, or its organizer.
    DoorOf(&'static str),
    /// Who stands at a door with a door pass, whichever event it is of.
    Door,
    /// Nobody from outside: schedules and consumers.
    Internal,
}

impl Caller {
    /// Whether a token is looked at, so that the published keys must be readable.
    pub fn reads_token(self) -> bool {
        !matches!(self, Caller::Anyone | Caller::Internal)
    }

    /// Whether who has this token, as such, may call a route with these fields in its path. Whether the thing is theirs is
    /// decided by the domain.
    pub(crate) fn check(self, token: Option<&Token>, fields: &[(String, String)]) -> Result<()> {
        let no = match (self, token) {
            (Caller::Anyone | Caller::AnyoneOrUser | Caller::HolderOf(_), _) => return Ok(()),
            (Caller::User | Caller::OrganizerOf(_) | Caller::OwnerOf(_) | Caller::DoorOf(_), Some(Token::Api(_))) => {
                return Ok(());
            }
            (Caller::Verified, Some(Token::Api(Access { verified: true, .. }))) => return Ok(()),
            (Caller::Door, Some(Token::Door { .. })) => return Ok(()),
            // A door pass opens the doors of its own event only.
            (Caller::DoorOf(field), Some(Token::Door { event, .. })) => {
                let event = event.to_string();
                if fields.iter().any(|(name, value)| name == field && *value == event) {
                    return Ok(());
                }
                Refusal::not_found("event")
            }
            // Booking and publishing need a verified address.
            (Caller::Verified, Some(Token::Api(_))) => {
                let detail = "Verify your email address first: send the code from the mail to /api/users/verify-email, \
                              then refresh your tokens.";
                Refusal::forbidden("email_unverified", detail)
            }
            (Caller::Door, Some(Token::Api(_))) => {
                Refusal::forbidden("door_pass_needed", "This is for the holder of a door pass.")
            }
            (_, Some(Token::Door { .. })) => {
                Refusal::forbidden("door_pass_only", "A door pass opens the door's routes only.")
            }
            (_, None | Some(_)) => return Err(signed_out()),
        };
        Err(no.into())
    }
}

pub(crate) fn signed_out() -> Error {
    Refusal::unauthorized("unauthenticated", "Sign in first: this needs an access token as a bearer token.").into()
}
