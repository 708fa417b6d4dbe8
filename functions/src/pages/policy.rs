//! What a page may load and run: a `Content-Security-Policy` (CSP Level 3) that lets through nothing but what is ours.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The policy of the apps' pages, one for all: the page of an event, which the app takes over, and the static ones. What a
/// page needs besides is said in the policy's own words: `'wasm-unsafe-eval'` in `more_scripts` where a decoder is
/// WebAssembly, the hash of its inline style in `more_styles`.
pub fn app_policy(more_scripts: &str, more_styles: &str) -> String {
    let with = |more: &str| if more.is_empty() { String::new() } else { format!(" {more}") };
    format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self'{}; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
        with(more_scripts),
        with(more_styles)
    )
}

/// The policy of a page without an app: its own style and, where it has one, its own script.
pub(super) fn page_policy(style: &str, script: Option<&str>) -> String {
    let script = script.map(|script| format!("; script-src {script}; connect-src 'self'")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src {style}; img-src 'self' data:; font-src 'self'{script}; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// How a policy names an inline style or script (CSP Level 3, section 2.3.1).
pub(super) fn source_hash(inline: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, inline.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apps_run_what_is_ours_and_nothing_else() {
        let plain = app_policy("", "");
        assert!(plain.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "), "{plain}");
        let more = app_policy("'wasm-unsafe-eval'", "'sha256-x'");
        assert!(more.contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'sha256-x'; "), "{more}");
        for policy in [plain, more] {
            assert!(!policy.contains("'unsafe-") && !policy.contains("http") && !policy.contains('*'), "{policy}");
        }
    }

    #[test]
    fn a_page_without_a_script_lets_none_run() {
        let policy = page_policy("'sha256-x'", None);
        assert!(!policy.contains("script-src") && policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("https:") && !policy.contains("unsafe"), "{policy}");
    }
}
