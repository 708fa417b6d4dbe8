//! How a page is sent.

use kit::{Answer, Media, Reply, Result};

/// A page for people.
#[derive(Debug)]
pub struct Html {
    /// The status: 200, or that of the problem that the page tells of.
    pub status: u16,
    /// The page.
    pub page: String,
    /// The `Content-Security-Policy` it needs.
    pub policy: String,
}

impl Reply for Html {
    const MEDIA: &[Media] = &[Media::of("text/html")];
    fn answer(&self) -> Result<Answer> {
        Ok(Answer::new(self.status)
            .header("content-security-policy", self.policy.clone())
            .header("cache-control", "no-store")
            .header("referrer-policy", "no-referrer")
            .header("x-content-type-options", "nosniff")
            .body("text/html; charset=utf-8", self.page.clone()))
    }
}
