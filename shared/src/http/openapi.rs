//! OpenAPI from types: extractors and responses describe their parts of an operation, and [`document()`] completes the
//! rest.
//!
//! A handler's `#[utoipa::path]` lists its successful responses, and the codes of the problems that only the handler
//! can answer, as the description of their status: `(status = CONFLICT, description = "claimed, already_decided")`.
//! [`routes!`](crate::routes) adds the parts that the types of the arguments and of the result imply.

mod document;
mod examples;
mod problems;
mod schemas;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use utoipa::openapi::{
    self, Header, ObjectBuilder, RefOr, Required, Type,
    path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths},
    security::SecurityRequirement,
};

pub use self::document::{document, merge};
pub use self::examples::{PLACEHOLDER, example};
use crate::http::{
    extract::Json,
    problem::{Code, Problem},
};

/// An extractor that describes its part of an OpenAPI operation.
pub trait Describes {
    /// Adds problems, parameters, response headers and security requirements.
    fn describe(operation: &mut Described<'_>);
}

/// A result of a handler, which describes the headers of its response.
pub trait DescribesResponse {
    /// Adds response headers. The default adds none.
    fn describe_response(_operation: &mut Described<'_>) {}
}

/// An operation that types add to. Existing entries are never replaced.
pub struct Described<'a>(&'a mut Operation);

/// An optional request header.
pub struct RequestHeader {
    /// The name of the header.
    pub name: &'static str,
    /// The description of the header.
    pub description: &'static str,
    /// The regular expression that values match, if not every value is accepted.
    pub pattern: Option<&'static str>,
    /// A valid value.
    pub example: &'static str,
}

impl Described<'_> {
    /// Adds problems that the operation can answer.
    pub fn problems(&mut self, codes: &[Code]) -> &mut Self {
        let responses = &mut self.0.responses.responses;
        for code in codes {
            let response = responses
                .entry(code.status().as_str().to_owned())
                .or_insert_with(|| openapi::Response::default().into());
            let RefOr::T(response) = response else { continue };
            if problems::codes(&response.description).is_some_and(|known| !known.contains(code)) {
                if !response.description.is_empty() {
                    response.description.push_str(", ");
                }
                response.description.push_str(code.as_str());
            }
        }
        self
    }

    /// Adds an optional request header.
    pub fn header(&mut self, header: &RequestHeader) -> &mut Self {
        let parameters = self.0.parameters.get_or_insert_default();
        let known = parameters.iter().any(|parameter| match parameter {
            RefOr::T(parameter) => {
                parameter.parameter_in == ParameterIn::Header
                    && parameter.name.eq_ignore_ascii_case(header.name)
            }
            RefOr::Ref(_) => false,
        });
        if !known {
            let schema = ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(header.pattern.is_none().then_some(1))
                .pattern(header.pattern);
            let parameter = ParameterBuilder::new()
                .name(header.name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(header.description))
                .example(Some(header.example.into()))
                .schema(Some(schema))
                .build();
            parameters.push(parameter.into());
        }
        self
    }

    /// Adds a header to the successful responses. Its name is one of [`document()`]'s response headers.
    pub fn response_header(&mut self, name: &str) -> &mut Self {
        for (status, response) in &mut self.0.responses.responses {
            if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
                response.headers.entry(name.to_owned()).or_insert_with(|| Header::default().into());
            }
        }
        self
    }

    /// Requires the access token of a session.
    pub fn bearer(&mut self) -> &mut Self {
        let bearer = || vec![SecurityRequirement::new::<_, [&str; 0], _>("bearer", [])];
        self.0.security.get_or_insert_with(bearer);
        self
    }
}

/// A handler whose arguments implement [`Describes`], and whose result implements [`DescribesResponse`].
pub trait DescribedHandler<Arguments> {
    /// Adds the descriptions of the arguments, in their order, and of the result.
    fn describe(operation: &mut Described<'_>);
}

macro_rules! handlers {
    ($([$($argument:ident),*])*) => {
        $(
            impl<F, R, $($argument),*> DescribedHandler<($($argument,)*)> for F
            where
                F: Fn($($argument),*) -> R,
                R: Future<Output: DescribesResponse>,
                $($argument: Describes,)*
            {
                fn describe(operation: &mut Described<'_>) {
                    $($argument::describe(operation);)*
                    R::Output::describe_response(operation);
                }
            }
        )*
    };
}

handlers! {
    []
    [A]
    [A, B]
    [A, B, C]
    [A, B, C, D]
    [A, B, C, D, E]
    [A, B, C, D, E, G]
    [A, B, C, D, E, G, H]
    [A, B, C, D, E, G, H, I]
}

/// Adds the descriptions of a handler's arguments and result to its operation. Called by [`routes!`](crate::routes).
pub fn describe<A, H: DescribedHandler<A>>(paths: &mut Paths, path_of_handler: &str, _: H) {
    let name = path_of_handler.rsplit("::").next().unwrap_or_default().trim();
    let mut operations = paths.paths.values_mut().flat_map(operations);
    if let Some(operation) = operations.find(|operation| operation.operation_id.as_deref() == Some(name)) {
        H::describe(&mut Described(operation));
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

macro_rules! silent {
    ($([$($generic:ident)?] $extractor:ty,)*) => {
        $(
            impl $(<$generic>)? Describes for $extractor {
                fn describe(_: &mut Described<'_>) {}
            }
        )*
    };
}

silent! {
    [S] State<S>,
    [] HeaderMap,
}

impl DescribesResponse for StatusCode {}
impl DescribesResponse for Response {}
impl<T> DescribesResponse for Json<T> {}
impl<T: DescribesResponse> DescribesResponse for (StatusCode, T) {}

impl<T: DescribesResponse> DescribesResponse for Result<T, Problem> {
    fn describe_response(operation: &mut Described<'_>) {
        T::describe_response(operation);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};
    use utoipa::openapi::path::{HttpMethod, OperationBuilder, Paths};

    use super::{Described, Describes, RequestHeader, describe};
    use crate::http::problem::Code;

    struct Extractor;

    impl Describes for Extractor {
        fn describe(operation: &mut Described<'_>) {
            let header = RequestHeader {
                name: "If-Match",
                description: "The version.",
                pattern: None,
                example: "\"1\"",
            };
            operation.problems(&[Code::NotFound, Code::Stale, Code::Claimed]).header(&header).bearer();
        }
    }

    async fn get_item(_: Extractor, _: Extractor) -> StatusCode {
        StatusCode::OK
    }

    #[test]
    fn arguments_add_to_an_operation_without_replacing_entries() {
        let conflict = utoipa::openapi::Response::new("already_decided");
        let missing = utoipa::openapi::Response::new("The item was melted.");
        let operation = OperationBuilder::new().operation_id(Some("get_item"));
        let operation = operation.response("409", conflict).response("404", missing);
        let mut paths = Paths::new();
        paths.add_path_operation("/items", vec![HttpMethod::Get], operation);
        describe(&mut paths, "routes :: get_item", get_item);

        let operation = &serde_json::to_value(&paths).expect("JSON")["/items"]["get"];
        assert_eq!(operation["responses"]["404"]["description"], "The item was melted.");
        assert_eq!(operation["responses"]["409"]["description"], "already_decided, claimed");
        assert_eq!(operation["responses"]["412"]["description"], "stale");
        assert_eq!(operation["security"], json!([{"bearer": []}]));
        let names = operation["parameters"].as_array().into_iter().flatten();
        let names: Vec<&Value> = names.map(|parameter| &parameter["name"]).collect();
        assert_eq!(names, ["If-Match"], "the header is listed once");
    }
}
