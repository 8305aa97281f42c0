/** A QR code as a drawing, dark on light in both themes: readers want it so. */
import type { ReactNode } from 'react';
import { qrMatrix } from './qr-matrix.ts';

const QUIET = 4;

/** The drawing; nothing for a text that is too long. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const rows = qrMatrix(text);
  if (rows === null) return null;
  const size = rows.length + QUIET * 2;
  const path = rows
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])))
    .join('');
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path className="qr-ground" d={`M0 0h${size}v${size}H0z`} />
      <path className="qr-dark" d={path} />
    </svg>
  );
}
