import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SocksClient } from "socks";
import { startTcp } from "../connection/test-servers.fixture.ts";
import { connectBySocks } from "./socks.ts";

interface Login {
  readonly username: string;
  readonly password: string;
}

type Connect = (
  socket: Socket,
  to: { readonly host: string; readonly port: number },
  login: Login,
) => Promise<void>;

const own: Connect = (socket, to, login) =>
  connectBySocks(socket, to, {
    server: { protocol: "socks5h:", host: "127.0.0.1", port: socket.remotePort ?? 0, ...login },
    source: "ALL_PROXY",
    target: "platform.test:443",
  });

/** The package, called as ours. */
const real: Connect = async (socket, destination, { username, password }) => {
  const login = username === "" && password === "" ? {} : { userId: username, password };
  const proxy = { host: "127.0.0.1", port: socket.remotePort ?? 0, type: 5 as const, ...login };
  await SocksClient.createConnection({
    command: "connect",
    destination,
    existing_socket: socket,
    proxy,
  });
};

interface Scene {
  readonly host: string;
  readonly port: number;
  readonly login: Login;
  /** What the proxy answers to each message, and what it sends at once behind the last one. */
  readonly answers: readonly Uint8Array[];
  readonly excess: Uint8Array;
  /** Cuts each answer in two. */
  readonly cut: number;
}

/** Plays a scene: what reached the proxy, and what came behind its answers or why there is no connection. */
async function play(connectBy: Connect, scene: Scene) {
  const messages: string[] = [];
  await using server = await startTcp((proxy) => {
    let next = 0;
    proxy.on("data", (bytes) => {
      messages.push(bytes.toString("hex"));
      const answer = scene.answers[next++];
      if (answer === undefined) return proxy.destroy();
      const isLast = next === scene.answers.length;
      const whole = Buffer.concat([answer, isLast ? scene.excess : Buffer.alloc(0)]);
      proxy.write(whole.subarray(0, scene.cut));
      return void turn().then(() => proxy.write(whole.subarray(scene.cut)));
    });
  });
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  try {
    const { host, port, login } = scene;
    await connectBy(socket, { host, port }, login);
    let rest = "";
    socket.on("data", (bytes) => (rest += bytes.toString("hex")));
    while (rest.length < scene.excess.length * 2) await turn();
    return { messages, rest };
  } catch (error) {
    return { messages, failure: error instanceof Error ? error.message : "no error" };
  } finally {
    socket.destroy();
  }
}

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const bound = fc.oneof(
  bytes(6, 6).map((rest) => Buffer.of(1, ...rest)),
  bytes(18, 18).map((rest) => Buffer.of(4, ...rest)),
  bytes(1, 30).map((name) => Buffer.of(3, name.length, ...name, 0, 80)),
);
const scenes = fc.record({
  host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
  port: fc.integer({ min: 1, max: 65_535 }),
  login: fc.oneof(
    fc.constant({ username: "", password: "" }),
    fc.record({ username: fc.string({ minLength: 1, maxLength: 40 }), password: fc.string() }),
  ),
  answers: fc
    .tuple(fc.constantFrom(0, 0, 2, 2, 1, 0xff), fc.constantFrom(0, 0, 0, 1), bound)
    .map(([method, refusal, address]) => [
      Buffer.of(5, method),
      ...(method === 2 ? [Buffer.of(1, refusal)] : []),
      Buffer.concat([Buffer.of(5, 0, 0), address]),
    ]),
  excess: bytes(0, 20),
  cut: fc.nat(12),
});

test("it says and takes what the socks package does", async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const [ours, theirs] = [await play(own, scene), await play(real, scene)];
      expect({ ...ours, failure: "failure" in ours }).toEqual({
        ...theirs,
        failure: "failure" in theirs,
      });
    }),
    { numRuns: 60 },
  );
});

const failed = [5, 5, 0, 1, 0, 0, 0, 0, 0, 0];
const login = { username: "me", password: "pass" };
const noLogin = { username: "", password: "" };
test.for<[string, readonly (readonly number[])[], Login, string]>([
  ["a wrong version", [[4, 0]], noLogin, "proxy_not_socks"],
  ["an answer in HTTP", [[0x48, 0x54, 0x54, 0x50]], noLogin, "proxy_not_socks"],
  ["no way in without a login", [[5, 0xff]], noLogin, "proxy_wants_login"],
  [
    "a login that was not offered",
    [
      [5, 2],
      [1, 1],
    ],
    noLogin,
    "proxy_wants_login",
  ],
  ["no way in with one", [[5, 0xff]], login, "proxy_login_method"],
  [
    "a refused login",
    [
      [5, 2],
      [1, 1],
    ],
    login,
    "proxy_login_refused",
  ],
  ["a refused connection", [[5, 0], failed], noLogin, "proxy_no_way"],
  [
    "what a rule forbids",
    [
      [5, 0],
      [5, 2, 0, 1, 0, 0, 0, 0, 0, 0],
    ],
    noLogin,
    "proxy_denied",
  ],
  [
    "an unknown refusal",
    [
      [5, 0],
      [5, 99, 0, 1, 0, 0, 0, 0, 0, 0],
    ],
    noLogin,
    "proxy_no_way",
  ],
  ["an end in mid-answer", [[5, 0]], noLogin, "cut"],
])("%s has an error of its own", async ([, answers, given, rule]) => {
  const scene = {
    host: "platform.test",
    port: 443,
    login: given,
    excess: Buffer.alloc(0),
    cut: 1,
    answers: answers.map((each) => Buffer.from(each)),
  };
  expect(await play(own, scene)).toHaveProperty("failure", rule);
  expect(await play(real, scene)).toHaveProperty("failure");
});
