/** The secret that signs webhooks. */
package com.aiprod.pipeline.api.webhooks;
