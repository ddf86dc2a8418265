/** @file What a worker thread runs. */
import { type Job, JobRunner } from "./job";

/** Takes part in a job until its tasks are all taken. */
export default function work(job: Job): void {
  new JobRunner(job).drain();
}
