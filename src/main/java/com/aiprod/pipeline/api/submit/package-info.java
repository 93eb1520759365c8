/** Job submission: the request, its limits and its idempotency. */
package com.aiprod.pipeline.api.submit;
