/**
 * Settings of an SDK client whose endpoint is on this machine: what the person's environment and profile say of AWS's own endpoints
 * (AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT) is not for it, and the SDK refuses both beside an endpoint.
 */
export const PLAIN_ENDPOINT = { useFipsEndpoint: false, useDualstackEndpoint: false } as const;
