import { expect, test } from "vitest";
import { startHttp } from "../transport/connection/test-servers.fixture.ts";
import { findLocalLogFolder, logFolderHeader } from "./source.ts";

test.each([
  ["%2Fshared%2Flogs", "/shared/logs"],
  ["%", undefined],
  ["%E4%B8", undefined],
  ["", ""],
])("the folder in the header %j is %j", async (header, expected) => {
  await using server = await startHttp((_, response) => {
    response.setHeader(logFolderHeader, header).end();
  });
  expect(await findLocalLogFolder(`http://127.0.0.1:${server.port}/jobs/x`)).toBe(expected);
});
