import { rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@qizhi/core";
import { readPrivateFile, stateDir, writePrivateFile } from "@qizhi/core/journal";
import type { AccessToken, TokenStore } from "@qizhi/core";

// A token lives for days; a file of mode 0600 saves every process its login.
const file = join(stateDir(), "my-app-token.json");
const read = (): AccessToken | undefined =>
  JSON.parse(readPrivateFile(file) ?? "null") ?? undefined;
const tokenStore: TokenStore = {
  read: async () => read(),
  write: async (token) => writePrivateFile(file, JSON.stringify(token)),
  remove: async (value) => {
    if (read()?.value === value) rmSync(file);
  },
};
const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
  tokenStore,
});
await client.authenticate();
console.log("logged in, or still so");
