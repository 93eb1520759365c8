/** The OpenAPI document and the page that shows it. */
package com.aiprod.pipeline.api.docs;
