//! The Sobol sequence, scrambled: points that fill a cube more evenly than chance would.
//!
//! Direction numbers `new-joe-kuo-6` of Joe and Kuo, "Constructing Sobol sequences with better
//! two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), as SciPy ships them. Scrambled after Owen by
//! the hash of Laine and Karras in the form of Burley, "Practical hash-based Owen scrambling", JCGT 9 (2020):
//! the points keep their evenness, none lies on an edge, and another seed gives another sample.
//!
//! Invariant: a coordinate is a pure function of (seed, index, dimension).

use crate::base::{philox4x32_10, unit_interval};

/// Degree, coefficients and first direction numbers of each dimension after the first.
const DIRECTIONS: [(u32, u32, &[u32]); 63] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
    (6, 19, &[1, 1, 1, 15, 7, 5]),
    (6, 22, &[1, 3, 1, 15, 13, 25]),
    (6, 25, &[1, 1, 5, 5, 19, 61]),
    (7, 1, &[1, 3, 7, 11, 23, 15, 103]),
    (7, 4, &[1, 3, 7, 13, 13, 15, 69]),
    (7, 7, &[1, 1, 3, 13, 7, 35, 63]),
    (7, 8, &[1, 3, 5, 9, 1, 25, 53]),
    (7, 14, &[1, 3, 1, 13, 9, 35, 107]),
    (7, 19, &[1, 3, 1, 5, 27, 61, 31]),
    (7, 21, &[1, 1, 5, 11, 19, 41, 61]),
    (7, 28, &[1, 3, 5, 3, 3, 13, 69]),
    (7, 31, &[1, 1, 7, 13, 1, 19, 1]),
    (7, 32, &[1, 3, 7, 5, 13, 19, 59]),
    (7, 37, &[1, 1, 3, 9, 25, 29, 41]),
    (7, 41, &[1, 3, 5, 13, 23, 1, 55]),
    (7, 42, &[1, 3, 7, 3, 13, 59, 17]),
    (7, 50, &[1, 3, 1, 3, 5, 53, 69]),
    (7, 55, &[1, 1, 5, 5, 23, 33, 13]),
    (7, 56, &[1, 1, 7, 7, 1, 61, 123]),
    (7, 59, &[1, 1, 7, 9, 13, 61, 49]),
    (7, 62, &[1, 3, 3, 5, 3, 55, 33]),
    (8, 14, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (8, 21, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (8, 22, &[1, 3, 1, 11, 11, 11, 77, 249]),
    (8, 38, &[1, 3, 1, 11, 27, 43, 71, 9]),
    (8, 47, &[1, 1, 7, 15, 21, 11, 81, 45]),
    (8, 49, &[1, 3, 7, 3, 25, 31, 65, 79]),
    (8, 50, &[1, 3, 1, 1, 19, 11, 3, 205]),
    (8, 52, &[1, 1, 5, 9, 19, 21, 29, 157]),
    (8, 56, &[1, 3, 7, 11, 1, 33, 89, 185]),
    (8, 67, &[1, 3, 3, 3, 15, 9, 79, 71]),
    (8, 70, &[1, 3, 7, 11, 15, 39, 119, 27]),
    (8, 84, &[1, 1, 3, 1, 11, 31, 97, 225]),
    (8, 97, &[1, 1, 1, 3, 23, 43, 57, 177]),
    (8, 103, &[1, 3, 7, 7, 17, 17, 37, 71]),
    (8, 115, &[1, 3, 1, 5, 27, 63, 123, 213]),
    (8, 122, &[1, 1, 3, 5, 11, 43, 53, 133]),
    (9, 8, &[1, 3, 5, 5, 29, 17, 47, 173, 479]),
    (9, 13, &[1, 3, 3, 11, 3, 1, 109, 9, 69]),
    (9, 16, &[1, 1, 1, 5, 17, 39, 23, 5, 343]),
    (9, 22, &[1, 3, 1, 5, 25, 15, 31, 103, 499]),
    (9, 25, &[1, 1, 1, 11, 11, 17, 63, 105, 183]),
    (9, 44, &[1, 1, 5, 11, 9, 29, 97, 231, 363]),
    (9, 47, &[1, 1, 5, 15, 19, 45, 41, 7, 383]),
    (9, 52, &[1, 3, 7, 7, 31, 19, 83, 137, 221]),
    (9, 55, &[1, 1, 1, 3, 23, 15, 111, 223, 83]),
    (9, 59, &[1, 1, 5, 13, 31, 15, 55, 25, 161]),
    (9, 62, &[1, 1, 3, 13, 25, 47, 39, 87, 257]),
];

/// How many dimensions there are.
pub(super) const DIMENSIONS_MAX: usize = DIRECTIONS.len() + 1;

/// Coordinate `dimension` of point `index`, strictly between 0 and 1.
pub(super) fn coordinate(seed: u64, index: u32, dimension: usize) -> f64 {
    unit_interval(scramble(raw(index, dimension), key(seed, dimension)))
}

/// The unscrambled coordinate in units of 2^-32, points in the plain (not the Gray code) order.
fn raw(index: u32, dimension: usize) -> u32 {
    let directions = directions(dimension);
    let bits = directions.iter().enumerate();
    bits.filter(|(bit, _)| index >> bit & 1 == 1)
        .fold(0, |sum, (_, direction)| sum ^ direction)
}

/// The 32 direction numbers of a dimension: the recurrence of Bratley and Fox, ACM TOMS 14 (1988).
fn directions(dimension: usize) -> [u32; 32] {
    let mut v: [u32; 32] = std::array::from_fn(|bit| 1 << (31 - bit));
    let Some(&(degree, coefficients, first)) =
        dimension.checked_sub(1).and_then(|n| DIRECTIONS.get(n))
    else {
        return v;
    };
    let degree = degree as usize;
    for (bit, m) in first.iter().enumerate() {
        v[bit] = m << (31 - bit);
    }
    for bit in degree..32 {
        v[bit] = v[bit - degree] ^ (v[bit - degree] >> degree);
        for k in 1..degree {
            if coefficients >> (degree - 1 - k) & 1 == 1 {
                v[bit] ^= v[bit - k];
            }
        }
    }
    v
}

fn key(seed: u64, dimension: usize) -> u32 {
    let dimension = u32::try_from(dimension).expect("there are few dimensions");
    philox4x32_10([dimension, 0, 0, 0x534f_424f], [low(seed), low(seed >> 32)])[0]
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
const fn low(word: u64) -> u32 {
    word as u32
}

/// Owen's scrambling: whether a bit flips depends on the bits above it.
fn scramble(x: u32, key: u32) -> u32 {
    let mut x = x.reverse_bits();
    x ^= x.wrapping_mul(0x3d20_adea);
    x = x.wrapping_add(key);
    x = x.wrapping_mul(key >> 16 | 1);
    x ^= x.wrapping_mul(0x0552_6c56);
    x ^= x.wrapping_mul(0x53a2_2864);
    x.reverse_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_joe_and_kuo() {
        // SciPy 1.17: qmc.Sobol(d=64, scramble=False, bits=32), times 2^32; its n-th point is ours with
        // index n ^ (n >> 1).
        let dimensions = [0, 1, 2, 7, 20, 40, 63];
        for (index, expected) in [
            (1, [2_147_483_648; 7]),
            (
                3,
                [
                    3_221_225_472,
                    1_073_741_824,
                    1_073_741_824,
                    3_221_225_472,
                    1_073_741_824,
                    1_073_741_824,
                    3_221_225_472,
                ],
            ),
            (
                86,
                [
                    1_778_384_896,
                    1_107_296_256,
                    3_321_888_768,
                    2_046_820_352,
                    3_254_779_904,
                    3_053_453_312,
                    2_785_017_856,
                ],
            ),
            (
                540,
                [
                    943_718_400,
                    415_236_096,
                    2_227_175_424,
                    3_862_953_984,
                    2_243_952_640,
                    3_921_674_240,
                    1_916_796_928,
                ],
            ),
        ] {
            assert_eq!(dimensions.map(|d| raw(index, d)), expected, "{index}");
        }
    }

    /// Which of so many equal cells a coordinate lies in.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a coordinate is between 0 and 1"
    )]
    fn cell(coordinate: f64, cells: u32) -> usize {
        (coordinate * f64::from(cells)) as usize
    }

    #[test]
    fn scrambled_points_keep_their_evenness() {
        for dimension in [0, 1, 13, 63] {
            let mut cells = [0; 64];
            for index in 0..64 {
                let x = coordinate(7, index, dimension);
                assert!(x > 0.0 && x < 1.0);
                cells[cell(x, 64)] += 1;
            }
            assert_eq!(
                cells, [1; 64],
                "a point in each 64th of dimension {dimension}"
            );
        }
        assert!((coordinate(7, 5, 2) - coordinate(8, 5, 2)).abs() > 1e-9);
    }

    #[test]
    fn any_two_dimensions_fill_the_square() {
        let mut cells = [0; 64];
        for index in 0..256 {
            let [x, y] = [2, 5].map(|d| cell(coordinate(1, index, d), 8));
            cells[x * 8 + y] += 1;
        }
        assert!(
            cells.iter().all(|count| (2..=6).contains(count)),
            "{cells:?}"
        );
    }
}
