import "./index.js?post";
