/** Builds what lies in {@code k8s/} and holds it to the Kubernetes API, to good practice, and to the application. */
package com.aiprod.pipeline.kubernetes;
