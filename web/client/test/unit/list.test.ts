import assert from "node:assert/strict";
import { after, test } from "node:test";
import { AltaData } from "../../src/index.js";
import { json, serve } from "./server.js";

const project_id = "01a224af-db2d-7370-a313-430411cb5835";

async function library() {
  const queries: string[] = [];
  const server = await serve(({ query }, response) => {
    queries.push(query.toString());
    const page = Number(query.get("cursor") ?? 0);
    const items = [0, 1].map((n) => ({ id: `${page}.${n}` }));
    json(response, 200, { items, next_cursor: page < 2 ? String(page + 1) : null });
  });
  after(() => server.close());
  return { alta: new AltaData(server.origin), queries };
}

test("a list iterates over all pages and keeps its filter", async () => {
  const { alta, queries } = await library();
  const params = { query: { project_id, limit: 2 } };
  const ids: string[] = [];
  for await (const { id } of alta.list("/documents", { params })) ids.push(id);
  assert.deepEqual(ids, ["0.0", "0.1", "1.0", "1.1", "2.0", "2.1"]);
  const filter = `project_id=${project_id}&limit=2`;
  assert.deepEqual(queries, [filter, `${filter}&cursor=1`, `${filter}&cursor=2`]);
});

test("a page is requested only when the iteration reaches it", async () => {
  const { alta, queries } = await library();
  for await (const _ of alta.list("/projects")) break;
  assert.equal(queries.length, 1);
  const some = await alta.list("/projects").all(3);
  assert.equal(some.length, 3);
  assert.equal(queries.length, 3);
});

test("pages can be read one by one", async () => {
  const { alta } = await library();
  const pages = alta.list("/users/me/sessions").pages();
  assert.equal((await pages.next()).value?.length, 2);
});
