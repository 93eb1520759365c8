/** Authentication: tokens, the keys of their issuer, and the audit log. Depends on no other package of the project. */
package com.aiprod.pipeline.security;
