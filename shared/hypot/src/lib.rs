//! `hypot` and `hypotf` for the binary that links this crate, in Rust. glibc 2.35 gave its own a new version
//! (`GLIBC_2.35` in math/Versions of its sources), so a binary that is built beside it or a newer one
//! doesn't start in Lambda, whose Amazon Linux 2023 has 2.34. What draws pictures calls them.

/// The length of a vector: the square root of `x`² + `y`², without overflow on the way (C17, 7.12.7.3).
// Nothing else in the binary has this name: the C library's is looked up only for what the binary itself lacks.
#[unsafe(no_mangle)]
pub extern "C" fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// The same in single precision.
#[unsafe(no_mangle)]
pub extern "C" fn hypotf(x: f32, y: f32) -> f32 {
    libm::hypotf(x, y)
}

#[cfg(test)]
mod tests {
    /// By way of the names, as whoever is compiled without knowing of this crate calls them.
    #[test]
    fn it_is_the_length() {
        assert_eq!((std::hint::black_box(3.0_f64).hypot(4.0), std::hint::black_box(5.0_f32).hypot(12.0)), (5.0, 13.0));
        let large = 2.0_f64.powi(1_000);
        assert_eq!((super::hypot(3.0 * large, 4.0 * large), super::hypotf(0.0, -2.5)), (5.0 * large, 2.5));
        assert!(super::hypot(f64::INFINITY, f64::NAN).is_infinite());
    }
}
