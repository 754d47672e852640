//! Use cases: small structs with the dependencies of an operation, which handlers receive as `State<UseCase>`.

/// Declares a use case whose fields are cloned from the function's state.
///
/// The fields must be cheap to clone, because each request gets its own use case.
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
