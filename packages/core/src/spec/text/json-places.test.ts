import { expect, test } from "vitest";
import { readJsonPlaces } from "./json-places.ts";

test("finds a key given twice, and a value below keys and indexes, at its own place", async () => {
  const text = '{"envs": [{"a\\"": 1.0, "b": "x"},\r [true, {}]], "name": 1, "name": "n"}';
  const { problems, locate } = readJsonPlaces(text);
  expect(problems).toMatchObject([{ offset: text.lastIndexOf('"name"'), rule: "given_twice" }]);
  expect(locate([])).toEqual({ key: undefined, value: 0, raw: undefined, exact: true });
  const number = { key: 11, value: 18, raw: "1.0" };
  expect(locate(["envs", 0, 'a"'])).toEqual({ ...number, exact: true });
  expect(locate(["envs", 0, 'a"', "c"])).toEqual({ ...number, raw: undefined, exact: false });
  expect(locate(["envs", 1, 0])?.value).toBe(text.indexOf("true"));
  expect(locate(["name"])).toMatchObject({ value: text.lastIndexOf('"n"'), raw: undefined });
});
