/** Cut paper in the house colours, another arrangement for each event. */
import classes from "./Poster.module.css";

const PAPERS = [
  ["#c1361b", "#f3d9b8", "#1b1a17"],
  ["#1f3f58", "#f2b544", "#fbf8f3"],
  ["#f2b544", "#c1361b", "#1b1a17"],
  ["#2f5d50", "#f3d9b8", "#c1361b"],
  ["#f3d9b8", "#1f3f58", "#c1361b"],
] as const;

const CELLS = 6;

export function Fallback({ seed }: { seed: number }) {
  const [ground, first, second] = PAPERS[seed % PAPERS.length] ?? PAPERS[0];
  const draw = numbers(seed);
  const shapes = Array.from({ length: CELLS }, (_, index) => {
    const x = 100 + 300 * (index % 3);
    const y = 125 + 250 * Math.floor(index / 3);
    return { key: `${x}-${y}`, x, y, kind: draw(4), turn: 90 * draw(4), isFirst: draw(2) === 0 };
  });
  return (
    <svg
      viewBox="0 0 800 500"
      preserveAspectRatio="xMidYMid slice"
      className={classes.picture}
      aria-hidden="true"
      focusable="false"
    >
      <rect width="800" height="500" fill={ground} />
      {shapes.map(({ key, x, y, kind, turn, isFirst }) => (
        <g
          key={key}
          transform={`translate(${x} ${y}) rotate(${turn})`}
          fill={isFirst ? first : second}
        >
          {kind === 0 && <circle r="100" />}
          {kind === 1 && <path d="M-110 -110A220 220 0 0 1 110 110H-110z" />}
          {kind === 2 && <path d="M-110 0A110 110 0 0 1 110 0z" />}
          {kind === 3 && <path d="M-110 -110h220L-110 110z" />}
        </g>
      ))}
    </svg>
  );
}

/** Numbers that look drawn by lot and are the same at every visit. */
function numbers(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 40503) % 4294967296;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return Math.floor((state / 4294967296) * below);
  };
}
