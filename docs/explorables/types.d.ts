/* What scripts of explorables share, as types; `make audit` has them checked. No page loads this file. A type that one
   script alone needs stands there. */

/** What scripts build on, and under its slug the mathematics of a question. */
interface Explorables {
  random: Random;
  digits: Digits;
  dropoutNets: DropoutNets;
  [name: string]: object;
}

/** Each script of a page puts its own there, so it lacks those that have not run yet. */
declare var explorables: Partial<Explorables> | undefined;

/** What a control stands for: a number in the unit of its label, the name of a choice, whether a box is ticked. */
type Value = number | string | boolean;

/** What is to be said of a state: the name of a sentence in the words of the page, and the numbers in it. */
interface Finding<Numbers = Record<string, number>> {
  name: string;
  numbers: Numbers;
}

interface Random {
  /** Numbers uniform in (0, 1), from a seed that is a whole number from 0 to 2^32 - 1. */
  uniform: (seed: number) => () => number;
  /** So many independent standard normal numbers. */
  normals: (seed: number, count: number) => Float64Array;
}

/** Handwritten digits: images in rows of 64 pixels from 0 to 2, shape (images, 64), row-major; classes from 0 to 9. */
interface Digits {
  trainX: Float64Array;
  trainY: Uint8Array;
  testX: Float64Array;
  testY: Uint8Array;
}

/** Numbers in letters: the distance of two levels, and a level a letter, of which B is zero. */
type Letters = [step: number, letters: string];

/** A network of the page, for inputs of MNIST-1D. */
interface TrainedNet {
  /** By which its logits are divided, where it is used. */
  temperature: number;
  /** Of each layer the weights, shape (inputs, units), row-major, then the biases of its units. */
  layers: Letters[];
}

interface DropoutNets {
  /** Probability that a unit is dropped. */
  p: number;
  /** Trained on many examples, and on few. */
  many: TrainedNet;
  few: TrainedNet;
  /** Of test examples, shape (examples, 40), row-major. */
  inputs: Letters;
  /** Their classes, a digit each. */
  answers: string;
}
