import { createClient } from "@qizhi/core";
import { readSweep, startSweep } from "@qizhi/core/sweep";
import { openJournal, stateDir } from "@qizhi/core/journal";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
});
// What was sent is in the journal: a killed sweep goes on with `resumeSweep`, and sends nothing twice.
const journal = openJournal({ dir: stateDir() });
const { plan } = await readSweep("sweep.yaml");
const sweep = startSweep({ client, journal }, plan, { maxActive: 2 });
for await (const event of sweep.events()) {
  if (event.type === "ended") console.log(event.run.run.name, event.run.outcome);
}
