import { createClient, readJobSpec } from "@qizhi/core";
import { openJournal, stateDir, submitRecorded } from "@qizhi/core/journal";

const client = createClient({
  baseUrl: process.env.QIZHI_BASE_URL,
  credentials: { username: process.env.QIZHI_USERNAME!, password: process.env.QIZHI_PASSWORD! },
});
const journal = openJournal({ dir: stateDir() });
const { spec } = await readJobSpec("job.yaml");

// One job for each message, also where the chat delivers it twice or the bot is restarted in between.
async function onMessage(id: string): Promise<string> {
  const name = `${spec.name}-${id}`;
  const known = journal.read().attempts.find((attempt) => attempt.name === name && attempt.jobId);
  if (known?.jobId !== undefined) return known.jobId;
  // Throws where an equal create may have made a job that nobody has seen yet.
  const outcome = await submitRecorded({ client, journal }, { ...spec, name });
  if (outcome.result !== "created") throw outcome.error;
  return outcome.job.job_id;
}
console.log((await onMessage("m1")) === (await onMessage("m1")));
