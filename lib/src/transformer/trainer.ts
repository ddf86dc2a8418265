/** @file Data-parallel training: shards of a batch on threads, their gradients summed in order, clipping, Adam. */
import type { Random } from "../core/random";
import { defaultBackend, type ProductBackend } from "../linalg/backend";
import { findBlas } from "../linalg/blas";
import { type SharedMemory, sharedMemory } from "../linalg/simdModule";
import { AdamNumbers, Command, LaneWork, RunLayout } from "./laneWork";
import type { ParameterLayout } from "./parameters";
import { CONTROL_BYTES, CONTROL_FLOATS, Team } from "./team";
import type { TrainingProgram } from "./trainingProgram";

/** Adam's numbers, and the largest norm of the gradient. */
export interface OptimizerSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly clip: number;
}

/** How a trainer computes; none of it changes a result beyond the rounding of the chosen back end. */
export interface TrainerOptions {
  /** Threads, this one included; more than there are shards are of no use. */
  readonly threads?: number;
  readonly backend?: ProductBackend;
}

/** What a step reports. */
export interface StepResult {
  readonly loss: number;
  /** Norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** Below so many parameters one thread sums and updates them faster than several agree to. */
const ALONE = 400_000;

/** Trains the parameters of a program. */
export class Trainer<Settings> {
  /** The flat arrays: parameters, Adam's first and second moments, and the gradient of the last step. */
  readonly parameters: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly gradients: Float32Array;
  readonly layout: ParameterLayout;
  readonly backend: ProductBackend;
  /** Bytes of shared memory in use. */
  readonly bytes: number;
  /** Steps taken. */
  step = 0;

  private readonly memory: SharedMemory;
  private readonly run: RunLayout<Settings>;
  private readonly work: LaneWork<Settings>;
  private readonly team: Team;
  private readonly numbers: Float64Array;

  /**
   * @param file the module that exports the program as `program`
   * @param random the stream that first values are drawn from
   */
  constructor(
    file: string,
    program: TrainingProgram<Settings>,
    settings: Settings,
    private readonly optimizer: OptimizerSettings,
    random: Random,
    options: TrainerOptions = {},
  ) {
    const lanes = Math.max(1, Math.min(options.threads ?? 1, program.shards(settings)));
    this.backend = options.backend ?? defaultBackend();
    // Each of our threads calls the library for itself.
    if (this.backend === "blas") findBlas()?.setThreads(1);
    this.layout = program.parameters(settings);
    this.run = new RunLayout(program, settings, lanes);
    this.bytes = this.run.bytes;
    this.memory = sharedMemory(this.bytes);
    const view = (at: number): Float32Array => new Float32Array(this.memory.buffer, at, this.run.floats);
    this.parameters = view(this.run.weights);
    this.firstMoments = view(this.run.first);
    this.secondMoments = view(this.run.second);
    this.gradients = view(this.run.gradients);
    this.numbers = new Float64Array(this.memory.buffer, 0, CONTROL_BYTES / 8).subarray(CONTROL_FLOATS);
    this.layout.initialize(this.parameters, random);
    this.work = new LaneWork(program, settings, this.run, this.memory, 0, lanes, this.backend);
    const { memory, backend } = this;
    this.team = new Team(memory, lanes, (lane) => ({ program: file, settings, memory, lane, lanes, backend }));
  }

  /** Loss and gradient of a step's batch, without changing a parameter. */
  evaluateGradient(step = this.step): StepResult {
    this.team.run(Command.step, step, () => this.work.run(Command.step, step));
    this.forParts(Command.reduce, (i) => this.work.reduce(i));
    let loss = 0;
    for (const part of new Float64Array(this.memory.buffer, this.run.losses, this.run.shards.length)) loss += part;
    let squares = 0;
    for (const part of new Float64Array(this.memory.buffer, this.run.squares, LaneWork.parts)) squares += part;
    return { loss, gradientNorm: Math.sqrt(squares) };
  }

  /** One step with a learning rate. */
  train(learningRate: number): StepResult {
    const result = this.evaluateGradient();
    const { beta1, beta2, epsilon, clip } = this.optimizer;
    const t = this.step + 1;
    const { numbers } = this;
    numbers[AdamNumbers.gradientScale] = Math.min(1, clip / (result.gradientNorm + 1e-6));
    numbers[AdamNumbers.stepSize] = learningRate / (1 - beta1 ** t);
    numbers[AdamNumbers.inverseRootCorrection] = 1 / Math.sqrt(1 - beta2 ** t);
    numbers[AdamNumbers.beta1] = beta1;
    numbers[AdamNumbers.beta2] = beta2;
    numbers[AdamNumbers.epsilon] = epsilon;
    this.forParts(Command.adam, (i) => this.work.adam(i));
    this.step = t;
    return result;
  }

  /** Ends the worker threads; the arrays stay readable. */
  close(): void {
    this.team.close();
  }

  private forParts(command: number, part: (i: number) => void): void {
    if (this.run.floats < ALONE) for (let i = 0; i < LaneWork.parts; i++) part(i);
    else this.team.run(command, this.step, () => this.work.run(command, this.step));
  }
}
