//! OpenAPI from extractors: each extractor describes the problem responses and headers that it adds to an operation.
//!
//! A handler's `#[utoipa::path]` lists only the responses that are specific to the handler.
//! [`routes!`](crate::routes) adds the others from the types of the handler's arguments and never replaces a response
//! that the attribute lists.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use utoipa::{
    PartialSchema as _,
    openapi::{
        Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths},
        schema::{SchemaType, Type},
        security::SecurityRequirement,
    },
};

/// An extractor that describes its part of an OpenAPI operation.
pub trait Describes {
    /// Adds responses, parameters and security requirements.
    fn describe(operation: &mut Described<'_>);
}

/// An operation that extractors add to. Existing entries are never replaced.
pub struct Described<'a>(&'a mut Operation);

impl Described<'_> {
    /// Adds a problem response.
    pub fn problem(&mut self, status: StatusCode) -> &mut Self {
        self.respond(status, problem(status).build())
    }

    /// Adds a 429 response with a `Retry-After` header.
    pub fn too_many_requests(&mut self) -> &mut Self {
        let retry_after = HeaderBuilder::new()
            .schema(Some(u64::schema()))
            .description(Some("Seconds to wait before the next request."))
            .build();
        let status = StatusCode::TOO_MANY_REQUESTS;
        self.respond(status, problem(status).header(header::RETRY_AFTER.as_str(), retry_after).build())
    }

    /// Adds an optional request header.
    pub fn header(&mut self, name: &str, description: &str) -> &mut Self {
        let parameters = self.0.parameters.get_or_insert_default();
        let known = parameters.iter().any(|parameter| match parameter {
            RefOr::T(parameter) => {
                parameter.parameter_in == ParameterIn::Header && parameter.name.eq_ignore_ascii_case(name)
            }
            RefOr::Ref(_) => false,
        });
        if !known {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(
                    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null])),
                ))
                .build();
            parameters.push(parameter.into());
        }
        self
    }

    /// Requires the access token of a session.
    pub fn bearer(&mut self) -> &mut Self {
        let bearer = || vec![SecurityRequirement::new::<_, [&str; 0], _>("bearer", [])];
        self.0.security.get_or_insert_with(bearer);
        self
    }

    fn respond(&mut self, status: StatusCode, response: Response) -> &mut Self {
        let responses = &mut self.0.responses.responses;
        responses.entry(status.as_str().to_owned()).or_insert_with(|| response.into());
        self
    }
}

fn problem(status: StatusCode) -> ResponseBuilder {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description(status.canonical_reason().unwrap_or_default())
        .content("application/problem+json", content)
}

/// A handler whose arguments all implement [`Describes`].
pub trait DescribedHandler<Arguments> {
    /// Adds the descriptions of the arguments, in their order.
    fn describe(operation: &mut Described<'_>);
}

macro_rules! handlers {
    ($([$($argument:ident),*])*) => {
        $(
            impl<F, R, $($argument),*> DescribedHandler<($($argument,)*)> for F
            where
                F: Fn($($argument),*) -> R,
                $($argument: Describes,)*
            {
                fn describe(_operation: &mut Described<'_>) {
                    $($argument::describe(_operation);)*
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

/// Adds the descriptions of a handler's arguments to its operation. Called by [`routes!`](crate::routes).
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

/// Builds the routes of the handlers on one path, documented by their `#[utoipa::path]` and their arguments. The
/// calling crate must depend on `utoipa_axum`.
#[macro_export]
macro_rules! routes {
    ($($handler:path),+ $(,)?) => {{
        let (schemas, mut paths, router) = utoipa_axum::routes!($($handler),+);
        $($crate::http::openapi::describe(&mut paths, stringify!($handler), $handler);)+
        (schemas, paths, router)
    }};
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

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::{Value, json};
    use utoipa::openapi::path::{HttpMethod, OperationBuilder, Paths};

    use super::{Described, Describes, describe};

    struct Extractor;

    impl Describes for Extractor {
        fn describe(operation: &mut Described<'_>) {
            let operation = operation.problem(StatusCode::NOT_FOUND).problem(StatusCode::CONFLICT);
            operation.header("If-Match", "The version.").bearer();
        }
    }

    async fn get_thing(_: Extractor, _: Extractor) {}

    #[test]
    fn arguments_add_to_an_operation_without_replacing_entries() {
        let conflict = utoipa::openapi::Response::new("The name is taken.");
        let operation = OperationBuilder::new().operation_id(Some("get_thing")).response("409", conflict);
        let mut paths = Paths::new();
        paths.add_path_operation("/thing", vec![HttpMethod::Get], operation);
        describe(&mut paths, "routes :: get_thing", get_thing);

        let operation = &serde_json::to_value(&paths).expect("JSON")["/thing"]["get"];
        assert_eq!(operation["responses"]["409"], json!({"description": "The name is taken."}));
        let content = &operation["responses"]["404"]["content"]["application/problem+json"];
        assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem");
        assert_eq!(operation["security"], json!([{"bearer": []}]));
        let names = operation["parameters"].as_array().into_iter().flatten();
        let names: Vec<&Value> = names.map(|parameter| &parameter["name"]).collect();
        assert_eq!(names, ["If-Match"], "the header is listed once");
    }
}
