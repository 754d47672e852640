//! Typed and documented configuration from environment variables, read in full before the process starts.
//!
//! [`settings!`](crate::settings) declares a section of settings. It generates the struct, its reader, and the list of
//! variables from which the README's table and `.env.example` are generated.

use std::{collections::HashMap, fmt, net::IpAddr, num::NonZeroU32, time::Duration};

use secrecy::SecretString;

/// A set of environment variables: the environment of the process, or a set built for a test.
#[derive(Clone, Default)]
pub struct Env(HashMap<String, String>);

impl Env {
    /// Reads the environment of this process.
    #[must_use]
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Returns the value of a variable. An empty variable counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Iterates over all variables as name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the environment with one variable set or replaced.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Env {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(variables: T) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// A configuration error, which lists every missing or invalid variable.
#[derive(Debug, Default, thiserror::Error)]
pub struct Error {
    problems: Vec<String>,
}

impl Error {
    /// Adds a variable with an invalid value, and the reason.
    pub fn invalid(&mut self, name: &str, why: impl fmt::Display) {
        self.problems.push(format!("the environment variable {name} is invalid: {why}"));
    }

    /// Creates an error about one variable.
    pub fn of(name: &str, why: impl fmt::Display) -> Self {
        let mut error = Self::default();
        error.invalid(name, why);
        error
    }

    /// Returns `value`, unless a problem was added.
    ///
    /// # Errors
    /// This error, if a problem was added or `value` is `None`.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("; "))
    }
}

/// The description of an environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// The variable's name in the environment.
    pub name: &'static str,
    /// The default for an unset variable. `None` if the variable is required or optional without a default.
    pub default: Option<&'static str>,
    /// True if startup fails when the variable is unset.
    pub required: bool,
    /// True if the value is a secret, which is stored in a secret manager and never shown.
    pub secret: bool,
    /// The variable's documentation.
    pub doc: &'static str,
}

/// A section of settings, implemented by [`settings!`](crate::settings).
pub trait Settings: Sized {
    /// Returns the section's variables, in the order of declaration.
    fn variables() -> Vec<Variable>;
    /// Reads the section and adds problems to `error`. Returns `None` if there was a problem.
    fn read(env: &Env, error: &mut Error) -> Option<Self>;

    /// Reads the section from an environment.
    ///
    /// # Errors
    /// Names every variable that is missing or invalid.
    fn from_env(env: &Env) -> Result<Self, Error> {
        let mut error = Error::default();
        let settings = Self::read(env, &mut error);
        error.into_result(settings)
    }
}

/// A type that can be parsed from a variable's text.
pub trait Setting: Sized {
    /// True if the variable may be unset.
    const OPTIONAL: bool = false;
    /// True if the variable is a secret.
    const SECRET: bool = false;

    /// Parses the variable's text.
    ///
    /// # Errors
    /// A message that says which value is expected.
    fn parse(text: &str) -> Result<Self, String>;

    /// Returns the value for an unset variable, if the type has one.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Setting> Setting for Option<T> {
    const OPTIONAL: bool = true;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Setting for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Setting for SecretString {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

/// Parsed as a whole number of seconds.
impl Setting for Duration {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map(Self::from_secs).map_err(|_| "expected a whole number of seconds".to_owned())
    }
}

/// Parsed as a list separated by commas.
impl Setting for Vec<String> {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }
}

impl Setting for url::Url {
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| format!("expected a URL: {error}"))
    }
}

macro_rules! parsed_settings {
    ($($type:ty => $expected:literal),* $(,)?) => {
        $(impl Setting for $type {
            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| concat!("expected ", $expected).to_owned())
            }
        })*
    };
}

parsed_settings! {
    u16 => "a whole number from 0 to 65535",
    u32 => "a whole number",
    NonZeroU32 => "a whole number from 1",
    u64 => "a whole number",
    usize => "a whole number",
    bool => "`true` or `false`",
    IpAddr => "an IP address",
}

/// Reads one variable, for [`settings!`](crate::settings).
#[doc(hidden)]
pub fn read_variable<T: Setting>(
    env: &Env,
    name: &str,
    default: Option<&str>,
    error: &mut Error,
) -> Option<T> {
    match env.get(name).or(default) {
        Some(text) => T::parse(text).map_err(|why| error.invalid(name, why)).ok(),
        None => T::absent().or_else(|| {
            error.problems.push(format!("the environment variable {name} is not set"));
            None
        }),
    }
}

/// Returns true if a variable of this type must be set.
#[doc(hidden)]
#[must_use]
pub const fn is_required<T: Setting>(default: Option<&str>) -> bool {
    default.is_none() && !T::OPTIONAL
}

/// Declares a section of settings: variables with their documentation, and nested sections.
///
/// ```
/// shared::settings! {
///     /// The SMTP server that mail is sent through.
///     pub struct Smtp {
///         /// The server's name.
///         pub host: String = "SMTP_HOST",
///         /// The server's port.
///         pub port: u16 = "SMTP_PORT" or "587",
///     }
///     with {
///         /// The database connection.
///         pub database: shared::base::database::DatabaseSettings,
///     }
/// }
/// ```
#[macro_export]
macro_rules! settings {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field_vis:vis $field:ident : $type:ty = $variable:literal $(or $default:literal)? ),* $(,)?
        }
        $(with { $( $(#[doc = $section_doc:literal])* $section_vis:vis $section:ident : $section_type:ty ),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone)]
        $vis struct $name {
            $( $(#[doc = $field_doc])* $field_vis $field: $type, )*
            $($( $(#[doc = $section_doc])* $section_vis $section: $section_type, )*)?
        }

        impl $crate::base::config::Settings for $name {
            fn variables() -> Vec<$crate::base::config::Variable> {
                #[allow(unused_mut, reason = "a struct may have no sections")]
                let mut variables = vec![$( $crate::base::config::Variable {
                    name: $variable,
                    default: $crate::settings!(@default $($default)?),
                    required: $crate::base::config::is_required::<$type>($crate::settings!(@default $($default)?)),
                    secret: <$type as $crate::base::config::Setting>::SECRET,
                    doc: concat!($($field_doc),*).trim_ascii(),
                } ),*];
                $($( variables.extend(<$section_type as $crate::base::config::Settings>::variables()); )*)?
                variables
            }

            fn read(env: &$crate::base::config::Env, error: &mut $crate::base::config::Error) -> Option<Self> {
                $( let $field = $crate::base::config::read_variable::<$type>(
                    env, $variable, $crate::settings!(@default $($default)?), error,
                ); )*
                $($( let $section = <$section_type as $crate::base::config::Settings>::read(env, error); )*)?
                Some(Self { $( $field: $field?, )* $($( $section: $section?, )*)? })
            }
        }
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
}

#[cfg(test)]
mod tests {
    use super::{Env, Settings as _};

    crate::settings! {
        /// Settings of an example server.
        struct Example {
            /// The server's name.
            name: String = "NAME",
            /// The server's port.
            port: u16 = "PORT" or "8080",
            /// The server's region.
            extra: Option<String> = "EXTRA",
            /// The administrator's password.
            password: Option<secrecy::SecretString> = "PASSWORD",
        }
    }

    #[test]
    fn all_invalid_variables_are_reported_together() {
        let error = Example::from_env(&Env::from_iter([("PORT", "many")])).err().expect("two faults");
        assert_eq!(
            error.to_string(),
            "the environment variable NAME is not set; \
             the environment variable PORT is invalid: expected a whole number from 0 to 65535"
        );
    }

    #[test]
    fn variables_that_are_optional_or_have_a_default_may_be_unset() {
        let example =
            Example::from_env(&Env::from_iter([("NAME", "alta"), ("EXTRA", "")])).expect("settings");
        assert_eq!((example.name.as_str(), example.port, example.extra), ("alta", 8080, None));
        assert!(example.password.is_none());
        let documented: Vec<_> =
            Example::variables().iter().map(|v| (v.name, v.required, v.secret, v.doc)).collect();
        assert_eq!(
            documented,
            [
                ("NAME", true, false, "The server's name."),
                ("PORT", false, false, "The server's port."),
                ("EXTRA", false, false, "The server's region."),
                ("PASSWORD", false, true, "The administrator's password.")
            ]
        );
    }
}
