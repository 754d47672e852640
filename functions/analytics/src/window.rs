//! The days of a summary in a time zone, and the buckets that they consist of.

use jiff::{Timestamp, ToSpan as _, civil, tz::TimeZone};
use time::{Date, Duration, Month, OffsetDateTime, Time};

use crate::model::Timeframe;

/// A time after the start of every bucket.
const END_OF_TIME: OffsetDateTime = Date::MAX.with_time(Time::MIDNIGHT).assume_utc();
/// A time before the start of every bucket.
const BEGINNING: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// Returns the time zone with an IANA name. Returns `None` if the name is unknown or is `Factory`, the zone of a
/// machine without a configured zone.
pub(crate) fn timezone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown() && !name.eq_ignore_ascii_case("Factory"))
}

/// Whole days of a time zone, up to and including today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// The days, oldest first.
    pub(crate) days: Vec<Date>,
    /// The start of each day, and the end of the last one. A day has 23 to 25 hours, because of daylight saving time.
    pub(crate) bounds: Vec<OffsetDateTime>,
    /// The buckets between the first bound and now.
    pub(crate) parts: Vec<Part>,
}

/// The buckets of one size whose start is in `since..until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) grain: &'static str,
    pub(crate) since: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
}

impl Window {
    /// Returns the days of a timeframe. `first` is the time of the first upload.
    pub(crate) fn new(
        timeframe: Timeframe,
        zone: &TimeZone,
        now: OffsetDateTime,
        first: Option<OffsetDateTime>,
    ) -> Result<Self, jiff::Error> {
        let today = date_in(zone, now)?;
        let first_day = match timeframe.days() {
            Some(days) => today.checked_sub((days - 1).days())?,
            None => date_in(zone, first.unwrap_or(now))?.min(today),
        };
        let mut days = Vec::new();
        let mut bounds = Vec::new();
        let mut day = first_day;
        while day <= today {
            days.push(day);
            bounds.push(begins(zone, day)?);
            day = day.tomorrow()?;
        }
        bounds.push(begins(zone, day)?);
        let parts = match timeframe {
            Timeframe::All => vec![Part { grain: "month", since: BEGINNING, until: END_OF_TIME }],
            _ => parts(bounds[0]),
        };
        Ok(Self { days: days.into_iter().map(date).collect::<Result<_, _>>()?, bounds, parts })
    }

    /// Returns the largest bucket size that divides every day: hours, unless a day begins within an hour of UTC.
    pub(crate) fn grain(&self) -> &'static str {
        let whole = self.bounds.iter().all(|bound| bound.unix_timestamp() % 3600 == 0);
        if whole { "hour" } else { "quarter_hour" }
    }
}

/// Returns the buckets from `since` on: quarter-hours and hours until the next day (UTC), days until the next month,
/// then months. Figures without quarter-hour buckets start at the beginning of the hour.
fn parts(since: OffsetDateTime) -> Vec<Part> {
    let hour = since - Duration::seconds(since.unix_timestamp().rem_euclid(3600));
    let midnight = since.replace_time(Time::MIDNIGHT);
    let day = if midnight == since { since } else { midnight + Duration::DAY };
    let month = if day.day() == 1 { day } else { next_month(day) };
    vec![
        Part { grain: "quarter_hour", since, until: day },
        Part { grain: "hour", since: hour, until: day },
        Part { grain: "day", since: day, until: month },
        Part { grain: "month", since: month, until: END_OF_TIME },
    ]
}

fn next_month(day: OffsetDateTime) -> OffsetDateTime {
    let days = day.month().length(day.year()) - day.day() + 1;
    day + Duration::days(days.into())
}

impl Timeframe {
    /// The number of days, or `None` for all days.
    pub(crate) fn days(self) -> Option<i64> {
        match self {
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Quarter => Some(90),
            Self::Year => Some(365),
            Self::All => None,
        }
    }
}

fn date_in(zone: &TimeZone, at: OffsetDateTime) -> Result<civil::Date, jiff::Error> {
    Ok(Timestamp::from_nanosecond(at.unix_timestamp_nanos())?.to_zoned_datetime(zone.clone()).date())
}

/// Returns the start of a day: midnight, or the first time after it if the clock change skips midnight.
fn begins(zone: &TimeZone, day: civil::Date) -> Result<OffsetDateTime, jiff::Error> {
    let begins = day.to_zoned_datetime(zone.clone())?.start_of_day()?.timestamp();
    OffsetDateTime::from_unix_timestamp_nanos(begins.as_nanosecond())
        .map_err(|error| jiff::Error::from_args(format_args!("{error}")))
}

fn date(day: civil::Date) -> Result<Date, jiff::Error> {
    let month = Month::try_from(day.month().unsigned_abs());
    month
        .and_then(|month| Date::from_calendar_date(day.year().into(), month, day.day().unsigned_abs()))
        .map_err(|error| jiff::Error::from_args(format_args!("{error}")))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::{Timeframe, Window, timezone};

    fn window(timeframe: Timeframe, zone: &str, now: time::OffsetDateTime) -> Window {
        Window::new(timeframe, &timezone(zone).expect("a zone"), now, None).expect("a window")
    }

    fn hours(window: &Window) -> Vec<i64> {
        window.bounds.windows(2).map(|day| (day[1] - day[0]).whole_minutes()).map(|m| m / 60).collect()
    }

    #[test]
    fn a_week_is_seven_days_and_today_is_the_last() {
        let week = window(Timeframe::Week, "UTC", datetime!(2026-03-10 23:59 UTC));
        assert_eq!((week.days.len(), week.bounds.len()), (7, 8));
        assert_eq!((week.days[0], week.days[6]), (date!(2026 - 03 - 04), date!(2026 - 03 - 10)));
        assert_eq!(week.bounds[0], datetime!(2026-03-04 0:00 UTC));
        assert_eq!(week.grain(), "hour");
    }

    #[test]
    fn a_day_has_23_or_25_hours_when_the_clock_changes() {
        let spring = window(Timeframe::Week, "Europe/Berlin", datetime!(2026-03-30 12:00 UTC));
        assert_eq!(spring.days[5], date!(2026 - 03 - 29));
        assert_eq!(hours(&spring), [24, 24, 24, 24, 24, 23, 24]);
        let autumn = window(Timeframe::Week, "America/New_York", datetime!(2026-11-02 12:00 UTC));
        assert_eq!(autumn.days[5], date!(2026 - 11 - 01));
        assert_eq!(hours(&autumn), [24, 24, 24, 24, 24, 25, 24]);
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_after_it() {
        let beirut = window(Timeframe::Week, "Asia/Beirut", datetime!(2026-03-29 12:00 UTC));
        assert_eq!(beirut.bounds[6], datetime!(2026-03-28 22:00 UTC));
        assert_eq!(hours(&beirut), [24, 24, 24, 24, 24, 24, 23]);
    }

    #[test]
    fn days_that_begin_within_an_hour_consist_of_quarter_hours() {
        for (zone, begins) in [
            ("Asia/Kolkata", datetime!(2026-03-03 18:30 UTC)),
            ("Asia/Kathmandu", datetime!(2026-03-03 18:15 UTC)),
        ] {
            let week = window(Timeframe::Week, zone, datetime!(2026-03-10 12:00 UTC));
            assert_eq!((week.grain(), week.bounds[0]), ("quarter_hour", begins));
        }
    }

    #[test]
    fn parts_are_contiguous() {
        for now in
            [datetime!(2026-03-10 12:00 UTC), datetime!(2026-01-31 20:00 UTC), datetime!(2026-02-06 0:00 UTC)]
        {
            for zone in ["UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati"] {
                let window = window(Timeframe::Month, zone, now);
                let [quarter_hour, hour, day, month] = window.parts[..] else { panic!("four parts") };
                assert_eq!(quarter_hour.since, window.bounds[0]);
                assert_eq!((quarter_hour.until, hour.until, day.until), (day.since, day.since, month.since));
                assert!(
                    hour.since <= quarter_hour.since
                        && quarter_hour.since <= day.since
                        && day.since <= month.since
                );
                assert_eq!((day.since.hour(), month.since.day()), (0, 1));
            }
        }
    }

    #[test]
    fn unknown_time_zones_are_refused() {
        for name in [
            "",
            "Mars/Phobos",
            "Etc/Unknown",
            "Factory",
            "factory",
            "XYZ3",
            "+05:30",
            "../UTC",
            "Europe/Berlin\0",
        ] {
            assert_eq!(timezone(name), None, "{name}");
        }
        assert!(timezone("europe/berlin").is_some());
    }

    #[test]
    fn all_days_begin_with_the_first_upload() {
        let zone = timezone("Asia/Tokyo").expect("a zone");
        let (now, first) = (datetime!(2026-03-10 12:00 UTC), datetime!(2026-03-07 16:00 UTC));
        let all = Window::new(Timeframe::All, &zone, now, Some(first)).expect("a window");
        assert_eq!((all.days[0], all.days.len()), (date!(2026 - 03 - 08), 3));
        let none = Window::new(Timeframe::All, &zone, now, None).expect("a window");
        assert_eq!(none.days, [date!(2026 - 03 - 10)]);
    }
}
