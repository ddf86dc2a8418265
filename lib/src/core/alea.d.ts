/** The one generator of seedrandom that is used: its index would bring in all of them, and Node's crypto. */
declare module "seedrandom/lib/alea" {
  export default function alea(seed: string): () => number;
}
