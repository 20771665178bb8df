import { rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@qizhi/core";
import { readPrivateFile, stateDir, writePrivateFile } from "@qizhi/core/journal";
import type { StoredToken, TokenOwner, TokenStore } from "@qizhi/core";

// A token lives for days; a file of mode 0600 for each account and platform saves every process its login.
const fileOf = ({ username, baseUrl }: TokenOwner): string =>
  join(stateDir(), `my-app-${encodeURIComponent(`${username}@${baseUrl}`)}.json`);
const read = (owner: TokenOwner): StoredToken | undefined =>
  JSON.parse(readPrivateFile(fileOf(owner)) ?? "null") ?? undefined;
const tokenStore: TokenStore = {
  read: async (owner) => read(owner),
  write: async (token) => writePrivateFile(fileOf(token), JSON.stringify(token)),
  remove: async (owner, value) => {
    if (read(owner)?.value === value) rmSync(fileOf(owner));
  },
};
const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
  tokenStore,
});
await client.authenticate();
console.log("logged in, or still so");
