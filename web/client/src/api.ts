/** Typed calls through openapi-fetch. */

import createClient, { type Client, type MaybeOptionalInit } from "openapi-fetch";
import { problemOf } from "./problem.js";
import type { Fetch, paths } from "./types.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have a method. */
export type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never;
}[keyof paths];

type JsonOf<R> = R extends { content: { "application/json": infer Json } } ? Json : undefined;
type Success = 200 | 201 | 202 | 204;

/** The body of a successful response. */
export type Result<M extends Method, P extends keyof paths> = paths[P] extends {
  [K in M]: { responses: infer Responses };
}
  ? { [S in keyof Responses & Success]: JsonOf<Responses[S]> }[keyof Responses & Success]
  : never;

/** Parameters, body and fetch options of a request. */
export type Init<M extends Method, P extends keyof paths> = MaybeOptionalInit<paths[P], M>;

/** Calls an endpoint and returns the body of the response. Rejects with a `ProblemError` or a `ConnectionError`. */
export type Call<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...init: undefined extends Init<M, P> ? [init?: Init<M, P>] : [init: Init<M, P>]
) => Promise<Result<M, P>>;

/** The typed calls of one client. */
export interface Api {
  /** The client of openapi-fetch, for callers that need the headers of a response or handle errors as values. */
  readonly raw: Client<paths>;
  readonly get: Call<"get">;
  readonly post: Call<"post">;
  readonly put: Call<"put">;
  readonly patch: Call<"patch">;
  readonly delete: Call<"delete">;
}

type Untyped = (
  method: Method,
  path: string,
  init?: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** Returns the calls to an origin. */
export function createApi(origin: string, fetch: Fetch): Api {
  const raw = createClient<paths>({ baseUrl: origin, fetch });
  // The types of `Call` check what callers pass. Here, a path is only text.
  const request = raw.request as unknown as Untyped;
  const call = <M extends Method>(method: M): Call<M> => {
    const perform = async (path: string, init?: object): Promise<unknown> => {
      const { data, error, response } = await request(method, path, init);
      if (!response.ok) throw problemOf(response, error);
      return data;
    };
    return perform as Call<M>;
  };
  return {
    raw,
    get: call("get"),
    post: call("post"),
    put: call("put"),
    patch: call("patch"),
    delete: call("delete"),
  };
}
