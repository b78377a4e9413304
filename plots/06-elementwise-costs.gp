# 06-elementwise-costs: the operations of chapter 06; see the script that it loads.
height = 360
load 'plots/07-linear-algebra-costs.gp'
