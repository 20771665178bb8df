import { expect, test } from "vitest";
import { maskedSetting } from "./masked-text.ts";

test.each([
  ['extra={"api_key":"s3cretvalue"}', "extra=***"],
  ['extra={"sidecar":{"env":[{"name":"DB_PASSWORD","value":"x1"}]}}', "extra=***"],
  ['extra={"pin":{"password":12345678}}', "extra=***"],
  ['extra={"api_key":"s3cretvalue"', "extra=***"],
  ['extra=["8f14e45fceea167a5a36dedd4bea2543f1d2c3b4"]', "extra=***"],
  ['extra={"lr":[1,2],"note":"a b"}', 'extra={"lr":[1,2],"note":"a b"}'],
  ['extra={"lr":1', 'extra={"lr":1'],
])("the setting %s is shown as %s", (setting, shown) => {
  expect(maskedSetting(setting, 60)).toBe(shown);
});
