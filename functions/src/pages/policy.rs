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

/// What pages may ask of a device: nothing.
pub const NO_DEVICES: &str = "camera=(), microphone=(), geolocation=()";
/// What the organizers' app may ask of it: the camera, for the door scanner.
pub const CAMERA: &str = "camera=(self), microphone=(), geolocation=()";

/// How long a browser may keep a file of an app without asking: for ever where its name carries its content's hash, else not at
/// all. The fonts, whose names the server's pages know, change about never. The path is the one within the app, such as
/// `/assets/app.js`.
pub fn app_cache(path: &str) -> &'static str {
    match path.strip_prefix("/assets/") {
        Some(name) if is_hashed(name) => "public, max-age=31536000, immutable",
        Some(name) if name.starts_with("fonts/") => "public, max-age=604800",
        _ => "no-cache",
    }
}

/// `home-D6L2WMlL.js`: a name, and eight letters of base64url.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let hash = stem.len().checked_sub(9).and_then(|start| stem.get(start..)).and_then(|end| end.strip_prefix('-'));
    !name.contains('/') && hash.is_some_and(|h| h.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
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
    fn what_carries_a_hash_is_kept_for_ever_and_the_rest_is_asked_for() {
        for path in ["/assets/home-D6L2WMlL.js", "/assets/ru-B5OfK_K-.js", "/assets/zxing-abcd1234.wasm"] {
            assert!(app_cache(path).ends_with("immutable"), "{path}");
        }
        for path in ["/", "/index.html", "/sw.js", "/manifest.webmanifest", "/assets/app.js", "/assets/app.css"] {
            assert_eq!(app_cache(path), "no-cache", "{path}");
        }
        // Eight letters, and no hash.
        assert_eq!(app_cache("/assets/fonts/onest-cyrillic.woff2"), "public, max-age=604800");
    }

    #[test]
    fn a_page_without_a_script_lets_none_run() {
        let policy = page_policy("'sha256-x'", None);
        assert!(!policy.contains("script-src") && policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("https:") && !policy.contains("unsafe"), "{policy}");
    }
}
