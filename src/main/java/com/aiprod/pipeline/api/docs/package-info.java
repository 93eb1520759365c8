/** The OpenAPI document and the page that renders it. */
package com.aiprod.pipeline.api.docs;
