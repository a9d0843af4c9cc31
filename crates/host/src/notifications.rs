//! What a program tells its operator, wherever they are: bounded in length and number, and told once.
//!
//! A notification is known again by its words and not by its place. A program may come another way in its next attempt, since a
//! call that had failed succeeds or an unfinished checkpoint is run anew; whatever way it comes, nothing that it says is lost,
//! and nothing that was said is said again.

use serde_json::Value;

use crate::check::{CheckError, CheckErrors, Mistakes, size};

/// How many notifications a run says, all attempts together: more than anybody reads of one run, and too few to flood a channel.
pub const MOST_NOTIFICATIONS: usize = 100;

/// How many bytes the text of a notification may have: what the channels that people read take whole.
pub const NOTIFICATION_BYTES: usize = 4 * 1024;

/// How many bytes of JSON the details of a notification may have.
pub const NOTIFICATION_DETAILS_BYTES: usize = 16 * 1024;

/// What errors call it.
pub(crate) const NOTIFY: &str = "notify";

/// Something to tell, within the bounds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notification {
    pub(crate) text: String,
    /// An object, or null.
    pub(crate) details: Value,
}

impl Notification {
    /// # Errors
    /// All bounds that it does not keep.
    pub(crate) fn new(text: &str, details: Value) -> Result<Self, CheckErrors> {
        let mut mistakes = Mistakes::default();
        if text.trim().is_empty() {
            mistakes.say("text", "is empty, and somebody is to read it");
        } else if text.len() > NOTIFICATION_BYTES {
            let (most, bytes) = (NOTIFICATION_BYTES, text.len());
            mistakes.say("text", format!("has {bytes} bytes, and at most {most} are sent"));
        }
        if !details.is_object() && !details.is_null() {
            mistakes.say("details", "are a map of names to values, and nothing else");
        } else if size::exceeds(&details, NOTIFICATION_DETAILS_BYTES) {
            let (most, bytes) = (NOTIFICATION_DETAILS_BYTES, size::exact(&details));
            let message = format!("have {bytes} bytes as JSON, and at most {most} are sent");
            mistakes.say("details", message);
        }
        mistakes.into_result(NOTIFY)?;
        Ok(Self { text: text.to_owned(), details })
    }
}

/// The notifications of a run while it runs.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    /// What earlier attempts have said, and this one has not come to yet.
    earlier: Vec<Notification>,
    /// How many the run has said, with those of earlier attempts.
    count: usize,
}

/// What becomes of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It is said.
    New,
    /// An earlier attempt has said it.
    SaidBefore,
}

impl Notifications {
    /// Those of a run whose earlier attempts have said these.
    pub(crate) fn after(earlier: Vec<Notification>) -> Self {
        Self { count: earlier.len(), earlier }
    }

    /// Counts one, unless it was said before.
    ///
    /// # Errors
    /// The run has said as many as it may.
    pub(crate) fn admit(&mut self, notification: &Notification) -> Result<Admitted, CheckErrors> {
        let known = self.earlier.iter().position(|earlier| earlier == notification);
        if let Some(known) = known {
            self.earlier.swap_remove(known);
            return Ok(Admitted::SaidBefore);
        }
        if self.count >= MOST_NOTIFICATIONS {
            let message = format!(
                "a run says at most {MOST_NOTIFICATIONS} notifications, and this one has: gather what there is to say, and say it at the end"
            );
            return Err(CheckErrors::one(NOTIFY, CheckError::new("", message)));
        }
        self.count += 1;
        Ok(Admitted::New)
    }

    pub(crate) fn count(&self) -> u64 {
        self.count as u64
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_told_with_the_bound() {
        let check = |text: &str, details: Value, expected: Expect| {
            let error = Notification::new(text, details).unwrap_err();
            expected.assert_eq(&error.to_string());
        };
        check("", Value::Null, expect!["notify: text: is empty, and somebody is to read it"]);
        check(" \n", json!({}), expect!["notify: text: is empty, and somebody is to read it"]);
        check(
            &"é".repeat(NOTIFICATION_BYTES / 2 + 1),
            Value::Null,
            expect!["notify: text: has 4098 bytes, and at most 4096 are sent"],
        );
        check(
            "x",
            json!(["a"]),
            expect!["notify: details: are a map of names to values, and nothing else"],
        );
        check(
            "",
            json!({ "a": "x".repeat(NOTIFICATION_DETAILS_BYTES) }),
            expect![[r#"
                notify: 2 mistakes in the arguments
                  text: is empty, and somebody is to read it
                  details: have 16392 bytes as JSON, and at most 16384 are sent"#]],
        );
        let largest = json!({ "a": "x".repeat(NOTIFICATION_DETAILS_BYTES - 8) });
        assert!(Notification::new(&"x".repeat(NOTIFICATION_BYTES), largest).is_ok());
    }

    #[test]
    fn what_was_said_is_known_again_as_often_as_it_was_said() {
        let of = |text: &str, n: u64| Notification::new(text, json!({ "n": n })).unwrap();
        let mut run = Notifications::after(vec![of("a", 1), of("b", 1), of("a", 1)]);
        let mut admit = |text, n| run.admit(&of(text, n)).unwrap();
        assert_eq!(admit("b", 1), Admitted::SaidBefore, "in any order");
        assert_eq!(admit("a", 1), Admitted::SaidBefore);
        assert_eq!(admit("a", 2), Admitted::New, "with other details it is another one");
        assert_eq!(admit("a", 1), Admitted::SaidBefore);
        assert_eq!(admit("a", 1), Admitted::New, "said more often than before");
        assert_eq!(run.count(), 5);
    }

    #[test]
    fn a_run_says_so_many_and_no_more() {
        let of = |n: usize| Notification::new(&format!("number {n}"), Value::Null).unwrap();
        let mut run = Notifications::after((0..40).map(of).collect());
        for n in 0..MOST_NOTIFICATIONS {
            run.admit(&of(n)).unwrap();
        }
        expect!["notify: a run says at most 100 notifications, and this one has: gather what there is to say, and say it at the end"]
            .assert_eq(&run.admit(&of(100)).unwrap_err().to_string());
        assert_eq!(run.count(), 100);
    }
}
