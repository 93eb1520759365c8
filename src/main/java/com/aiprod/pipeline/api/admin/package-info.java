/** Dead letters, for operators. */
package com.aiprod.pipeline.api.admin;
