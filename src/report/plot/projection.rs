//! From degrees to a flat map: the United States as atlases show them, everything else as it lies.
//!
//! Formulas: J. P. Snyder, "Map Projections: A Working Manual" (USGS Professional Paper 1395, 1987), chapter 14
//! (Albers equal-area conic). Alaska, Hawaii and Puerto Rico are insets, at the places where d3-geo's
//! `geoAlbersUsa` puts them.
//!
//! Invariant: pure; the same degrees give the same place on every machine.

/// Outlines of the states: a ring a line, in hundredths of a degree.
const STATES: &str = include_str!("../../../scenarios/data/us-states.txt");

/// Of this many towers at most it is asked whether they stand in the United States.
const ASKED_MAX: usize = 400;

/// A place on the globe: degrees east, degrees north.
pub(crate) type Degrees = (f64, f64);

/// A place on the map: to the right, down.
pub(crate) type Flat = (f64, f64);

/// How the globe becomes flat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Projection {
    /// Albers, with insets.
    UnitedStates,
    /// Degrees, those of longitude shortened as they are at this latitude.
    Plain(f64),
}

impl Projection {
    /// The projection that suits these places.
    pub(crate) fn of(places: &[Degrees]) -> Self {
        let rings = states();
        let step = places.len().div_ceil(ASKED_MAX).max(1);
        let asked: Vec<Degrees> = places.iter().copied().step_by(step).collect();
        let inside = asked
            .iter()
            .filter(|&&at| rings.iter().any(|r| holds(r, at)));
        // A few towers may stand off a coast that was drawn with few points.
        if !asked.is_empty() && inside.count() * 10 >= asked.len() * 9 {
            return Self::UnitedStates;
        }
        let sum: f64 = places.iter().map(|at| at.1).sum();
        #[expect(clippy::cast_precision_loss, reason = "few places")]
        Self::Plain(sum / places.len().max(1) as f64)
    }

    /// Where a place lies on the map.
    pub(crate) fn flat(self, at: Degrees) -> Flat {
        match self {
            Self::UnitedStates => united_states(at),
            Self::Plain(latitude) => (at.0 * libm::cos(radians(latitude)), -at.1),
        }
    }

    /// What is drawn under the places: rings on the map.
    pub(crate) fn outlines(self) -> Vec<Vec<Flat>> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::UnitedStates => states()
                .iter()
                .map(|ring| ring.iter().map(|&at| self.flat(at)).collect())
                .collect(),
        }
    }
}

fn radians(degrees: f64) -> f64 {
    degrees * std::f64::consts::PI / 180.0
}

/// The rings of the states.
fn states() -> Vec<Vec<Degrees>> {
    STATES.lines().map(ring).collect()
}

fn ring(line: &str) -> Vec<Degrees> {
    let mut numbers = line.split(' ').map(|word| {
        word.parse::<i32>()
            .expect("us-states.txt holds whole numbers")
    });
    let (mut x, mut y) = (0, 0);
    let mut points = Vec::new();
    while let (Some(dx), Some(dy)) = (numbers.next(), numbers.next()) {
        (x, y) = (x + dx, y + dy);
        points.push((f64::from(x) / 100.0, f64::from(y) / 100.0));
    }
    points
}

/// Whether a ring goes round a point (even-odd rule).
fn holds(ring: &[Degrees], (x, y): Degrees) -> bool {
    let mut inside = false;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0 {
            inside = !inside;
        }
    }
    inside
}

/// An Albers projection of a part of the country, and where on the map its middle lies.
struct Part {
    parallels: (f64, f64),
    middle: Degrees,
    scale: f64,
    place: Flat,
}

const MAINLAND: Part = Part {
    parallels: (29.5, 45.5),
    middle: (-96.6, 38.7),
    scale: 1.0,
    place: (0.0, 0.0),
};
const ALASKA: Part = Part {
    parallels: (55.0, 65.0),
    middle: (-156.0, 58.5),
    scale: 0.35,
    place: (-0.307, 0.201),
};
const HAWAII: Part = Part {
    parallels: (8.0, 18.0),
    middle: (-160.0, 19.9),
    scale: 1.0,
    place: (-0.205, 0.212),
};
const PUERTO_RICO: Part = Part {
    parallels: (8.0, 18.0),
    middle: (-66.4, 18.2),
    scale: 1.0,
    place: (0.36, 0.235),
};

impl Part {
    fn flat(&self, at: Degrees) -> Flat {
        let (first, second) = (radians(self.parallels.0), radians(self.parallels.1));
        let n = f64::midpoint(libm::sin(first), libm::sin(second));
        let c = libm::pow(libm::cos(first), 2.0) + 2.0 * n * libm::sin(first);
        let radius = |latitude: f64| libm::sqrt(c - 2.0 * n * libm::sin(radians(latitude))) / n;
        let mut east = at.0 - self.middle.0;
        if east > 180.0 {
            east -= 360.0; // The Aleutians reach over the date line.
        }
        let angle = n * radians(east);
        let (near, own) = (radius(self.middle.1), radius(at.1));
        (
            self.place.0 + self.scale * own * libm::sin(angle),
            self.place.1 - self.scale * (near - own * libm::cos(angle)),
        )
    }
}

fn united_states(at: Degrees) -> Flat {
    let (east, north) = at;
    let part = match () {
        () if north > 50.0 => ALASKA,
        () if north < 23.5 && east < -140.0 => HAWAII,
        () if north < 20.0 => PUERTO_RICO,
        () => MAINLAND,
    };
    part.flat(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Snyder's own worked example (page 291): n = 0.6029035, x = 0.2952720 and y = 0.2416774 on a sphere of
    /// radius 1, for parallels 29.5 and 45.5, origin 23 N 96 W, point 35 N 75 W.
    #[test]
    fn albers_gives_the_published_example() {
        let part = Part {
            middle: (-96.0, 23.0),
            ..MAINLAND
        };
        let (x, y) = part.flat((-75.0, 35.0));
        assert!((x - 0.295_272_0).abs() < 1e-6, "{x}");
        assert!((y + 0.241_677_4).abs() < 1e-6, "{y}");
    }

    #[test]
    fn outlines_are_drawn_for_the_united_states_alone() {
        let vermont = [(-73.2, 44.5), (-72.6, 44.3)];
        assert_eq!(Projection::of(&vermont), Projection::UnitedStates);
        assert!(Projection::of(&vermont).outlines().len() > 50);
        let toronto = [(-79.4, 43.7), (-79.5, 43.8)];
        let plain = Projection::of(&toronto);
        assert!(matches!(plain, Projection::Plain(_)), "{plain:?}");
        assert!(plain.outlines().is_empty());
        assert_eq!(Projection::of(&[]), Projection::Plain(0.0));
    }

    #[test]
    fn insets_lie_below_the_mainland() {
        let texas = united_states((-97.0, 27.0));
        for inset in [(-149.9, 61.2), (-157.8, 21.3), (-66.1, 18.4)] {
            let at = united_states(inset);
            assert!(
                at.1 > texas.1 - 0.08 && at.0.abs() < 0.5,
                "{inset:?} {at:?}"
            );
        }
    }
}
