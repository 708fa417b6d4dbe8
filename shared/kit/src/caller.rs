//! Who may call a route, and who calls it.

use crate::{Error, Result};
use domain::Language;
use domain::ids::{DoorPassId, EventId, UserId};
use domain::refusal::Refusal;
use domain::text::PersonName;

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
}

/// Who calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Identity {
    /// A user, as their access token says.
    User {
        /// Who.
        id: UserId,
        /// Their name.
        name: PersonName,
        /// Whether their address is verified.
        verified: bool,
        /// Their language.
        language: Language,
    },
    /// Somebody at a door.
    Door {
        /// With which pass.
        pass: DoorPassId,
        /// Of which event.
        event: EventId,
    },
}

impl Identity {
    /// The id for the log.
    pub fn id(&self) -> String {
        match self {
            Identity::User { id, .. } => id.to_string(),
            Identity::Door { pass, .. } => pass.to_string(),
        }
    }

    /// Whether this identity, as such, may call a route for `caller`. Whether the thing is theirs is decided by the domain.
    pub(crate) fn check(identity: Option<&Identity>, caller: Caller) -> Result<()> {
        match (caller, identity) {
            (Caller::Anyone | Caller::AnyoneOrUser | Caller::HolderOf(_), _) => Ok(()),
            (Caller::User | Caller::OrganizerOf(_) | Caller::OwnerOf(_), Some(Identity::User { .. })) => Ok(()),
            (Caller::Verified, Some(Identity::User { verified: true, .. })) => Ok(()),
            (Caller::Verified, Some(Identity::User { verified: false, .. })) => Err(unverified().into()),
            (Caller::DoorOf(_), Some(_)) | (Caller::Door, Some(Identity::Door { .. })) => Ok(()),
            (Caller::Door, Some(Identity::User { .. })) => {
                Err(Refusal::forbidden("door_pass_needed", "This is for the holder of a door pass.").into())
            }
            (_, Some(Identity::Door { .. })) => {
                Err(Refusal::forbidden("door_pass_only", "A door pass opens the door's routes only.").into())
            }
            (_, None) => Err(signed_out()),
            (Caller::Internal, Some(_)) => Err(Error::internal("an internal function was called from outside")),
        }
    }
}

/// Booking and publishing need a verified address.
fn unverified() -> Refusal {
    let detail = "Verify your email address first: send the code from the mail to /api/users/verify-email, then refresh \
                  your tokens.";
    Refusal::forbidden("email_unverified", detail)
}

pub(crate) fn signed_out() -> Error {
    Refusal::unauthorized("unauthenticated", "Sign in first: this needs an access token as a bearer token.").into()
}
