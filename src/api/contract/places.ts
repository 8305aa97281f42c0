/** Contract of where attackers are: countries and networks, from files that the machine has. */
import { z } from 'zod';
import { moment, type Route, rangeQuery } from './shapes.ts';

const sum = {
  addresses: z.number().describe('How many different ones.'),
  detections: z.number(),
  lastAt: moment,
  busiest: z.array(z.string()).describe('The busiest addresses, three at most.'),
};

/** What is known of an address. */
export const place = z.object({
  country: z.string().nullable().describe('ISO 3166-1 alpha-2.'),
  asn: z.number().nullable(),
  network: z.string().nullable().describe('Who runs the autonomous system.'),
});

/** Routes of places. */
export const placeRoutes = {
  places: {
    method: 'GET',
    path: '/places',
    role: 'viewer',
    tag: 'watch',
    summary: 'Countries and networks (ASN) the detections came from',
    query: rangeQuery.extend({ limit: z.coerce.number().int().min(1).max(300).default(250) }),
    response: z.object({
      files: z.array(
        z.object({
          path: z.string(),
          type: z.string().nullable(),
          builtAt: moment.nullable(),
          problem: z.string().nullable(),
        }),
      ),
      countries: z.array(z.object({ code: z.string(), ...sum })),
      networks: z.array(z.object({ asn: z.number(), name: z.string().nullable(), ...sum })),
      addresses: z.number().describe('How many were looked up: the 5,000 busiest.'),
      unplaced: z.number().describe('Of them, in no country that the files know.'),
    }),
  },
} as const satisfies Record<string, Route>;
