//! Use cases: small structs that hold what they need, taken by handlers as `State<UseCase>`.

/// Declares a use case whose fields are taken from the function's state.
///
/// The parts of the state are cheap to clone, so a handler gets a use case of its own for each request.
#[macro_export]
macro_rules! use_case {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident { $($field:ident: $part:ty),* $(,)? }
    ) => {
        $(#[$attribute])*
        $visibility struct $name {
            $($field: $part),*
        }

        impl<S> axum::extract::FromRef<S> for $name
        where
            $($part: axum::extract::FromRef<S>),*
        {
            fn from_ref(state: &S) -> Self {
                Self { $($field: axum::extract::FromRef::from_ref(state)),* }
            }
        }
    };
}
