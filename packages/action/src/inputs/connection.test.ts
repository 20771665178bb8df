import { expect, test } from "vitest";
import { createSecrets } from "../runner/secrets.ts";
import { connect } from "./connection.ts";

const minute = 60_000;
const write = () => undefined;
const lines = { line: write, tryTo: write, group: write, debug: write };
const log = { ...lines, error: write, warning: write, notice: write };

test.each([
  { name: "none", requestTimeoutMs: undefined, callTimeoutMs: 2 * minute },
  { name: "30s", requestTimeoutMs: minute / 2, callTimeoutMs: 2 * minute },
  { name: "5m", requestTimeoutMs: 5 * minute, callTimeoutMs: 5 * minute },
])("a call has time for one request of request-timeout $name", (given) => {
  const { requestTimeoutMs, callTimeoutMs } = given;
  const client = connect(
    {
      baseUrl: "https://qz.example.org",
      credentials: undefined,
      token: "a-token",
      allowHttp: false,
      requestTimeoutMs,
    },
    { secrets: createSecrets(), log },
  );
  expect(client.callTimeoutMs).toBe(callTimeoutMs);
});
