//! The rules of the house, each a function from a source to its complaints.
//!
//! Invariant: a rule reads one file at a time and remembers nothing.

use super::source::{Complaint, Source};

/// The rooms, lowest first: a room uses only rooms before it.
pub(crate) const ROOMS: [&str; 17] = [
    "base",
    "topology",
    "population",
    "kernel",
    "network",
    "fault",
    "change",
    "attack",
    "telemetry",
    "detect",
    "response",
    "impact",
    "scenario",
    "simulation",
    "study",
    "report",
    "cli",
];

/// Fixtures that tests of any room may use.
const FIXTURES: &str = "testing";

/// Rooms that may read the world's counters: who writes, delivers, scores and records them.
const READERS_OF_THE_TRUTH: [&str; 4] = ["network", "telemetry", "impact", "simulation"];

const LINES_MAX: usize = 500;

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|other| *other == room)
}

/// A room uses only rooms above it, one by one and by their names.
pub(crate) fn uses_only_rooms_above(source: &Source) -> Vec<Complaint> {
    let Some(own) = source.room() else {
        return Vec::new();
    };
    let Some(own_rank) = rank(own) else {
        return Vec::new(); // Another rule complains of it.
    };
    let mut complaints = Vec::new();
    for at in 0..source.tokens.len() {
        let token = &source.tokens[at];
        if source.reads(at, &["use", "crate", "as"]) {
            complaints.push(source.complaint(token.line, "`crate` under another name"));
        }
        if !source.reads(at, &["crate", "::", "_"]) {
            continue;
        }
        let target = source.tokens[at + 2].text.as_str();
        let fixture = token.test
            && (target == FIXTURES || source.reads(at + 3, &["::", FIXTURES]) && is_room(target));
        let what = match rank(target) {
            _ if fixture => continue,
            Some(target_rank) if target_rank <= own_rank => continue,
            Some(_) => format!("{own} uses {target}, which is not above it"),
            None if target == "{" || target == "*" => {
                "several rooms in one `use`: name one at a time".to_owned()
            }
            None => format!("{own} uses crate::{target}, which is no room"),
        };
        complaints.push(source.complaint(token.line, what));
    }
    complaints.extend(climbs_out(source));
    complaints
}

fn is_room(name: &str) -> bool {
    rank(name).is_some()
}

/// Paths of `super::` that lead out of the room.
fn climbs_out(source: &Source) -> Vec<Complaint> {
    let file_depth = source.modules().len();
    let mut complaints = Vec::new();
    let mut climbed = 0;
    for at in 0..source.tokens.len() {
        if !source.reads(at, &["super", "::"]) {
            if source.tokens[at].text != "::" {
                climbed = 0;
            }
            continue;
        }
        climbed += 1;
        let token = &source.tokens[at];
        if climbed == file_depth + token.depth {
            complaints.push(source.complaint(token.line, "`super` climbs out of the room"));
        }
    }
    complaints
}

/// A file says at its head what it is for.
pub(crate) fn opens_with_its_purpose(source: &Source) -> Vec<Complaint> {
    if source.text.starts_with("//!") {
        return Vec::new();
    }
    vec![source.complaint(1, "does not open with `//!`")]
}

/// A room says at its head what it must not know.
pub(crate) fn rooms_state_their_invariant(source: &Source) -> Vec<Complaint> {
    let head = source
        .text
        .lines()
        .take_while(|line| line.starts_with("//!"));
    let states = |line: &str| {
        line.trim_start_matches("//!")
            .trim_start()
            .starts_with("Invariant:")
    };
    if source.modules().len() != 1 || !is_room_file(source) || head.clone().any(states) {
        return Vec::new();
    }
    vec![source.complaint(1, "a room without a line `//! Invariant:`")]
}

fn is_room_file(source: &Source) -> bool {
    let room = source.room().unwrap_or_default();
    source.path == format!("src/{room}/mod.rs") || source.path == format!("src/{room}.rs")
}

/// A file is short enough to be read at a sitting; its tests do not count.
pub(crate) fn is_short(source: &Source) -> Vec<Complaint> {
    let lines: Vec<&str> = source.text.lines().collect();
    let tests = lines
        .windows(2)
        .position(|two| two[0] == "#[cfg(test)]" && two[1].starts_with("mod tests"));
    let count = tests.unwrap_or(lines.len());
    if count <= LINES_MAX {
        return Vec::new();
    }
    let what = format!("{count} lines above the tests; at most {LINES_MAX} are allowed");
    vec![source.complaint(LINES_MAX + 1, what)]
}

/// Gates, people and everybody else see what telemetry delivers, never the world's counters.
pub(crate) fn leaves_the_truth_alone(source: &Source) -> Vec<Complaint> {
    if source
        .room()
        .is_none_or(|room| READERS_OF_THE_TRUTH.contains(&room))
    {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (at, token) in source.tokens.iter().enumerate() {
        let truth = [
            "Snapshot",
            "ClassCounts",
            "FunctionCounts",
            "RegistrationCounts",
            "TowerCounts",
        ];
        let named = truth.contains(&token.text.as_str());
        let called = source.reads(at, &[".", "snapshot", "("]);
        if (named || called) && !token.test {
            let what = format!(
                "{} reads the world's counters: only {} may",
                source.room().expect("checked above"),
                READERS_OF_THE_TRUTH.join(", ")
            );
            complaints.push(source.complaint(token.line, what));
        }
    }
    complaints
}

/// Only the command line prints.
pub(crate) fn prints_nothing(source: &Source) -> Vec<Complaint> {
    if source.room() == Some("cli") {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (at, token) in source.tokens.iter().enumerate() {
        let word = token.text.as_str();
        let prints = matches!(word, "println" | "eprintln" | "print" | "eprint" | "dbg")
            && source.reads(at + 1, &["!"]);
        let holds = matches!(word, "stdout" | "stderr");
        if (prints || holds) && !token.test {
            complaints.push(source.complaint(token.line, format!("`{word}` outside cli")));
        }
    }
    complaints
}

/// Nothing is left for later, and no test is kept from failing.
pub(crate) fn leaves_nothing_for_later(source: &Source) -> Vec<Complaint> {
    let promises = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
    ];
    let macros = [concat!("to", "do"), concat!("un", "implemented")];
    let excuses = [concat!("ig", "nore"), concat!("should", "_panic")];
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(source.text.lines()) {
        let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        for word in words.filter(|word| promises.contains(word)) {
            complaints
                .push(source.complaint(number, format!("`{word}` promises what is not there")));
        }
    }
    for (at, token) in source.tokens.iter().enumerate() {
        let word = token.text.as_str();
        if macros.contains(&word) && source.reads(at + 1, &["!"]) {
            complaints.push(source.complaint(token.line, format!("`{word}!` is not code")));
        }
        if excuses.contains(&word) && at >= 2 && source.reads(at - 2, &["#", "["]) {
            let what = format!("`#[{word}]`: a test states what must hold, and runs");
            complaints.push(source.complaint(token.line, what));
        }
    }
    complaints
}

/// A room has its place in the order, unless it holds fixtures for tests.
pub(crate) fn has_a_place_in_the_order(source: &Source) -> Vec<Complaint> {
    let Some(room) = source.room().filter(|room| !is_room(room)) else {
        return Vec::new();
    };
    let only_tests = room == FIXTURES && source.tokens.iter().all(|token| token.test);
    if only_tests {
        return Vec::new();
    }
    let what = format!("room {room} has no place in the order of rooms");
    vec![source.complaint(1, what)]
}

/// Editors find the schema of a scenario from its first line.
pub(crate) fn names_its_schema(path: &str, text: &str) -> Vec<Complaint> {
    if text.starts_with("# yaml-language-server: $schema=") {
        return Vec::new();
    }
    vec![Complaint {
        path: path.to_owned(),
        line: 1,
        what: "does not start with `# yaml-language-server: $schema=`".to_owned(),
    }]
}
