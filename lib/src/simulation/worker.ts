/** @file What a worker thread runs. */
import { prepareSampler } from "./experiment";
import { type Job, JobRunner } from "./job";
import { findKind } from "./userModule";

/** Takes part in a job until its draws are all taken. */
export default function work(job: Job): void {
  new JobRunner(job, prepareSampler(job.experiment, findKind)).drain();
}
